package logclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/logclient"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestFollow: each new record is shown once and in order; every filter reaches the server.
func TestFollow(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(0)
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	add := func(i int) {
		at := time.Unix(1_800_000_000+int64(i), 0)
		r := activity.Record{Tenant: acme, ID: activity.NewID(at), Time: at, Status: 400 + i, IdP: "okta", Operation: "create", RequestID: "r", Resource: "u"}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	add(1)
	add(2)
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 3 {
			add(3)
		}
		serveLog(t, w, r, func(ctx context.Context) (activity.Page, error) { return log.Query(ctx, acme, activity.Query{}) })
	}))
	defer server.Close()
	c, err := logclient.New(server.URL+"/stage/scim/v2/acme/", "secret")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var out strings.Builder
	q := activity.Query{Failed: true, IdP: "okta", Operation: "create", RequestID: "r", Resource: "u", Until: time.Unix(1_900_000_000, 0)}
	err = c.Tail(ctx, q, time.Millisecond, writer(func(p []byte) {
		out.Write(p)
		if strings.Count(out.String(), "\n") == 3 {
			cancel()
		}
	}))
	if err != nil || strings.Count(out.String(), "\n") != 3 || strings.Index(out.String(), " 401 ") > strings.Index(out.String(), " 403 ") {
		t.Error(err, out.String())
	}
	var status *logclient.StatusError
	if _, err := c.Query(t.Context(), activity.Query{}); !errors.As(err, &status) || status.Status != 400 || !strings.Contains(err.Error(), "missing") {
		t.Error(err)
	}
}

// serveLog answers as the service does, and 400 unless the request has the token and the filters
// of the test.
func serveLog(t *testing.T, w http.ResponseWriter, r *http.Request, query func(context.Context) (activity.Page, error)) {
	t.Helper()
	v := r.URL.Query()
	complete := r.URL.Path == "/stage/activity/acme" && r.Header.Get("Authorization") == "Bearer secret" && v.Get("until") != ""
	for name, want := range map[string]string{"failed": "true", "idp": "okta", "operation": "create", "request": "r", "resource": "u"} {
		complete = complete && v.Get(name) == want
	}
	if !complete {
		http.Error(w, `{"detail":"a parameter is missing"}`, http.StatusBadRequest)
		return
	}
	page, err := query(r.Context())
	if err != nil {
		t.Error(err)
	}
	var a activity.Answer
	for i := range page.Records {
		a.Records = append(a.Records, activity.Explained{Record: page.Records[i]})
	}
	_ = json.NewEncoder(w).Encode(a)
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

var _ io.Writer = writer(nil)
