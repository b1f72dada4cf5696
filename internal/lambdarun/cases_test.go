package lambdarun_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestCases plays the cases of public bug reports through the real binaries, each in its own tenant.
// Those that internal/replay lists as failing on DynamoDB, or on the functions, must fail.
func TestCases(t *testing.T) {
	t.Parallel()
	functions(t)
	ts := newTables(t)
	s := ts.service(t)
	client := &http.Client{Timeout: time.Minute, Transport: draining{ts.follower(s, "table-1")},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	expected, err := replay.LoadExpected("../replay/expected-cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range replay.Cases("../../testdata/cases") {
		scenarios, err := replay.Load(set.File)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := set.Settings()
		if err != nil {
			t.Fatal(err)
		}
		for _, sc := range scenarios {
			base, token := s.Tenant(t, sc.ID, func(st *tenant.Settings) { settings(sc, st) })
			reason := expected.Reason(sc.ID, "dynamo") + expected[sc.ID+"@functions"]
			switch err := replay.Run(t.Context(), replay.Target{Base: base, Token: token, Client: client}, sc); {
			case err == nil && reason != "":
				t.Errorf("%s passes, but is expected to fail: %s", sc.ID, reason)
			case err != nil && reason == "":
				t.Errorf("%s %q: %v", sc.ID, sc.Description, err)
			}
		}
	}
}

// draining passes the table's stream to the stream function after each request, so that a case sees at
// once what follows a moment later on AWS. Requests come one after the other.
type draining struct{ follower *streams.Follower }

func (d draining) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	return res, d.follower.Drain(r.Context())
}
