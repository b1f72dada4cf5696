package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// hooked serves a provider with one Before hook; log is what the handler logs.
func hooked(t *testing.T, hook scim.BeforeHook, change func(*httpapi.Options)) (send func(method, path, body string) *httptest.ResponseRecorder, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	o := httpapi.Options{Authenticator: allowAll{newTenant(t)}, PublicBase: "https://x", Log: slog.New(slog.NewTextHandler(log, nil)),
		Recognise: func(_ *http.Request, body map[string]any) string {
			if body["idp"] != nil {
				return "from the body"
			}
			return ""
		}}
	if change != nil {
		change(&o)
	}
	h, err := httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: "https://x", Before: []scim.BeforeHook{hook}}), o)
	if err != nil {
		t.Fatal(err)
	}
	return func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/scim/v2/acme"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("X-Request-Id", "request-of-the-client")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}, log
}

// TestCaller: hooks know on whose behalf they are called, in operations of a Bulk request too.
func TestCaller(t *testing.T) {
	t.Parallel()
	var seen []scim.Caller
	send, _ := hooked(t, func(ctx context.Context, _ *scim.Event) error {
		seen = append(seen, scim.CallerFrom(ctx))
		return nil
	}, nil)
	const bulk = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"b"}}]}`
	if w := send("POST", "/Users", `{"userName":"a","idp":1}`); w.Code != 201 {
		t.Fatal(w.Code, w.Body)
	}
	if w := send("POST", "/Bulk", bulk); w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	if len(seen) != 2 {
		t.Fatal(seen)
	}
	for i, idp := range []string{"from the body", ""} {
		c := seen[i]
		if c.Tenant.String() != "acme" || c.Principal == nil || c.Principal.UserID != "id-1" || c.TokenID() != c.Principal.Subject ||
			c.RequestID != "request-of-the-client" || c.IdP != idp || c.Agent != "" {
			t.Errorf("%d: %+v", i, c)
		}
	}
	if c := scim.CallerFrom(t.Context()); c.Principal != nil || c.TokenID() != "" {
		t.Error("a program of its own:", c)
	}
}

// TestHookFaults: a fault of a hook is answered with an id, under which the log has its cause, once; the answer
// has nothing of it. A refusal is answered as the hook says and is no fault.
func TestHookFaults(t *testing.T) {
	t.Parallel()
	var fail func() error
	hook := func(context.Context, *scim.Event) error { return fail() }
	send, log := hooked(t, hook, nil)
	const user = `{"userName":"a"}`
	const bulk = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"1","data":` + user + `}]}`
	for name, f := range map[string]func() error{
		"plain": func() error { return errors.New("password of the database: hunter2") },
		"panic": func() error { panic("hunter2") },
	} {
		fail = f
		for path, body := range map[string]string{"/Users": user, "/Bulk": bulk} {
			log.Reset()
			w := send("POST", path, body)
			if (path == "/Users") != (w.Code == 500) || strings.Contains(w.Body.String(), "hunter2") || path == "/Users" && !strings.Contains(w.Body.String(), "error id request-of-the-client") {
				t.Errorf("%s %s: %d %s", name, path, w.Code, w.Body)
			}
			if s := log.String(); strings.Count(s, "\n") != 1 || !strings.Contains(s, "hunter2") || !strings.Contains(s, "error_id=request-of-the-client") || !strings.Contains(s, "code=service.hook") {
				t.Errorf("%s %s is logged as %q", name, path, s)
			}
		}
	}
	log.Reset()
	fail = func() error { return scim.Refuse(409, scim.Uniqueness, "the seat limit is reached") }
	if w := send("POST", "/Users", user); w.Code != 409 || !strings.Contains(w.Body.String(), "the seat limit is reached") || log.Len() > 0 {
		t.Error(w.Code, w.Body, log)
	}
	fail = func() error { return errors.New("seen by Observe") }
	var observed error
	send, log = hooked(t, hook, func(o *httpapi.Options) {
		o.Log, o.Observe = nil, func(_ *http.Request, rec *scim.Record) { observed = rec.Err }
	})
	if send("POST", "/Users", user); observed == nil || !strings.Contains(observed.Error(), "seen by Observe") || log.Len() > 0 {
		t.Error("the observer gets no cause:", observed)
	}
}
