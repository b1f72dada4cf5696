package lambdarun

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/scim/v2/acme/Users": "users", "/scim/v2/acme/Users/1": "users", "/scim/v2/acme/Users/.search": "users", "/scim/v2/acme/Me": "users",
		"/scim/v2/acme/Groups/1": "groups", "/scim/v2/acme/Bulk": "bulk", "/scim/v2/acme/Schemas/urn:x": "discovery",
		"/scim/v2/acme/ServiceProviderConfig": "discovery", "/scim/v2/acme/ResourceTypes/User": "discovery",
		"/scim/v2/acme": "resources", "/scim/v2/acme/.search": "resources", "/scim/v2/acme/Devices": "resources",
		"/scim/v2//acme/Users": "resources", "/scim/v2/acme/users": "resources", "/scim/acme/Users": "resources", "/": "resources", "": "resources",
	} {
		if got := route(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestEvent(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/scim/v2/acme/Users/a%3Fb%20%C3%BC?filter=a+b%22&x", nil)
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Add("If-Match", `W/"1"`)
	r.Header.Add("If-Match", `W/"2"`)
	r.Header.Add("Cookie", "a=1; b=2")
	raw, err := eventOf(r, sent{id: "id-1", body: []byte(`{}`), now: time.UnixMilli(1)})
	var e events.APIGatewayV2HTTPRequest
	if err != nil || json.Unmarshal(raw, &e) != nil {
		t.Fatal(err)
	}
	if e.RawPath != "/scim/v2/acme/Users/a" || e.RawQueryString != "filter=a+b%22&x" || e.RequestContext.RequestID != "id-1" || e.RequestContext.HTTP.SourceIP != "192.0.2.1" {
		t.Errorf("%s", raw)
	}
	if e.Body != "e30=" || !e.IsBase64Encoded || e.Headers["if-match"] != `W/"1",W/"2"` || !cmp.Equal(e.Cookies, []string{"a=1", "b=2"}) {
		t.Errorf("%s", raw)
	}
	r.Header.Set("Content-Type", "application/json")
	if raw, _ = eventOf(r, sent{id: "id-1", body: []byte(`{}`), now: time.UnixMilli(1)}); !strings.Contains(string(raw), `"body":"{}"`) {
		t.Errorf("%s", raw)
	}
}

// TestGatewayRefuses: the gateway refuses the same requests and responses as an HTTP API.
func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	f := NewFunction(Program{Name: "none", Path: "./no-such-bootstrap"})
	g := &Gateway{Functions: map[string]*Function{"users": f, "resources": f}, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	for body, want := range map[string]int{"": 500, strings.Repeat("x", 7<<20): 413, strings.Repeat("x", 11<<20): 413} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/scim/v2/acme/Users", strings.NewReader(body)))
		if w.Code != want || !strings.HasPrefix(w.Body.String(), `{"message":`) {
			t.Errorf("%d bytes: %d %s", len(body), w.Code, w.Body)
		}
	}
	for raw, want := range map[string]string{
		`{"statusCode":201,"headers":{"Etag":"x"},"body":"aGk=","isBase64Encoded":true,"cookies":["a=1"]}`: "hi", `{"body":"x"}`: "x",
	} {
		w := httptest.NewRecorder()
		if err := writeResponse(w, []byte(raw)); err != nil || w.Body.String() != want {
			t.Errorf("%s: %v %s", raw, err, w.Body)
		}
	}
	for _, raw := range []string{"", "[]", `{"body":"%","isBase64Encoded":true}`} {
		if err := writeResponse(httptest.NewRecorder(), []byte(raw)); err == nil {
			t.Errorf("%q is accepted as a response", raw)
		}
	}
}
