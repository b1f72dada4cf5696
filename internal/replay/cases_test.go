package replay_test

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	cases         = "../../testdata/cases"
	expectedCases = "expected-cases.txt"
)

var update = flag.Bool("update", false, "write expected-cases.txt anew from this run; reasons that are there remain")

// TestCases plays the cases of public bug reports on every store, each in its own empty tenant. Exactly
// those in expected-cases.txt must fail.
func TestCases(t *testing.T) {
	t.Parallel()
	expected, err := replay.LoadExpected(expectedCases)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	failed := map[string]map[string]string{}
	t.Run("stores", func(t *testing.T) {
		for name := range maps.Keys(stores) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := playCases(t, name, expected)
				mu.Lock()
				defer mu.Unlock()
				failed[name] = f
			})
		}
	})
	if !*update {
		return
	}
	err = expected.Merge(failed).Write(expectedCases,
		"Scenarios of testdata/cases that do not pass yet: the id, then the reason. id@memory and id@dynamo fail on that",
		"store only, id@functions on the function binaries only. Rewrite with: go test ./internal/replay -run TestCases -update")
	if err != nil {
		t.Fatal(err)
	}
}

// playCases plays all cases on one store and returns those that fail, with a short reason.
func playCases(t *testing.T, store string, expected replay.Expected) map[string]string {
	t.Helper()
	server := apptest.Start(t, stores[store](t))
	failed, known := map[string]string{}, map[string]bool{}
	for _, set := range replay.Cases(cases) {
		scenarios, err := replay.Load(set.File)
		if err != nil {
			t.Fatalf("%s: %v", set.File, err)
		}
		settings, err := set.Settings()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			if known[s.ID] {
				t.Errorf("%s is the id of two scenarios", s.ID)
			}
			known[s.ID] = true
			base, token := server.Tenant(t, s.ID, func(st *tenant.Settings) { settings(s, st) })
			err := replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s)
			if err != nil {
				failed[s.ID] = short(err)
			}
			if !*update {
				verdict(t, s, expected.Reason(s.ID, store), err)
			}
		}
		t.Logf("%s: %d scenarios", filepath.Base(set.File), len(scenarios))
	}
	if names := expected.Unknown(known); len(names) > 0 && !*update {
		t.Errorf("%s names %v, which are no cases", expectedCases, names)
	}
	t.Logf("%d of %d cases fail", len(failed), len(known))
	return failed
}

// verdict fails the test unless a scenario has passed, or failed as expected.
func verdict(t *testing.T, s replay.Scenario, reason string, err error) {
	t.Helper()
	switch {
	case err == nil && reason != "":
		t.Errorf("%s passes, but is expected to fail: %s", s.ID, reason)
	case err != nil && reason == "":
		t.Errorf("%s %q: %v", s.ID, s.Description, err)
	}
}

var (
	volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|127\.0\.0\.1:[0-9]+|\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	rest     = regexp.MustCompile(`(:| in) \{".*$`)
	scimType = regexp.MustCompile(`"scimType":"(\w+)"`)
)

// short returns a difference without the body, but with its scimType, and without ids, ports and times.
func short(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	kind := scimType.FindStringSubmatch(text)
	text = rest.ReplaceAllString(text, "")
	if kind != nil && !strings.Contains(text, kind[1]) {
		text += ", scimType " + kind[1]
	}
	text = volatile.ReplaceAllString(text, "…")
	if r := []rune(text); len(r) > 150 {
		text = string(r[:150]) + "…"
	}
	return text
}

// TestExpected: a scenario that fails everywhere has one line; otherwise its line names the target, and
// a reason that was written by hand stays.
func TestExpected(t *testing.T) {
	t.Parallel()
	old := replay.Expected{"a-1": "by hand", "b-1@dynamo": "slow", "d-1@functions": "gateway", "gone": "x"}
	got := old.Merge(map[string]map[string]string{
		"memory": {"a-1": "new", "c-1": "new"},
		"dynamo": {"a-1": "new", "b-1": "new", "c-1": "new"},
	})
	if want := (replay.Expected{"a-1": "by hand", "b-1@dynamo": "slow", "c-1": "new", "d-1@functions": "gateway"}); !maps.Equal(got, want) {
		t.Error(got)
	}
	file := filepath.Join(t.TempDir(), "list")
	if err := got.Write(file, "comment"); err != nil {
		t.Fatal(err)
	}
	again, err := replay.LoadExpected(file)
	if err != nil || !maps.Equal(again, got) {
		t.Error(again, err)
	}
	if again.Reason("b-1", "memory") != "" || again.Reason("b-1", "dynamo") != "slow" || again.Reason("a-1", "dynamo") != "by hand" {
		t.Error("wrong reasons", again)
	}
	if u := fmt.Sprint(again.Unknown(map[string]bool{"a-1": true, "b-1": true})); u != "[c-1 d-1@functions]" {
		t.Error(u)
	}
}

// TestSent: a body that is a string is sent as its content; {{basic}} holds the token.
func TestSent(t *testing.T) {
	t.Parallel()
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, password, _ := r.BasicAuth()
		seen = append(seen, string(body)+" "+password)
	}))
	defer server.Close()
	basic := "Basic {{basic}}"
	for _, body := range []string{`{"a": "b"}`, `"\ufeff{"`, `null`} {
		s := replay.Scenario{Request: replay.Step{Method: "POST", Body: []byte(body), Headers: map[string]*string{"Authorization": &basic}}}
		if err := replay.Run(t.Context(), replay.Target{Base: server.URL, Token: "secret"}, s); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{`{"a": "b"} secret`, "\ufeff{ secret", " secret"}; !slices.Equal(seen, want) {
		t.Errorf("%q", seen)
	}
}
