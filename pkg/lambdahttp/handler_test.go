package lambdahttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

// seen is the request that a handler received.
type seen struct {
	Method, Path, Query, Body, Remote, RequestID string
	Header                                       http.Header
}

// result is an answer in either format.
type result struct {
	StatusCode        int                 `json:"statusCode"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Cookies           []string            `json:"cookies"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

func (r result) get(name string) string {
	if v := r.MultiValueHeaders[name]; len(v) > 0 {
		return v[0]
	}
	return r.Headers[name]
}

func (r result) text(t testing.TB) string {
	t.Helper()
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			t.Fatal(err)
		}
	}
	if r.get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return string(body)
}

// recorder returns a handler that stores its last request.
func recorder(into *seen) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*into = seen{
			Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: string(body),
			Remote: r.RemoteAddr, RequestID: r.Header.Get("X-Request-Id"), Header: r.Header,
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func invoke(t testing.TB, h *lambdahttp.Handler, event any) result {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return invokeRaw(t, t.Context(), h, payload)
}

func invokeRaw(t testing.TB, ctx context.Context, h *lambdahttp.Handler, payload []byte) result {
	t.Helper()
	out, err := h.Invoke(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func v2(method, rawPath, rawQuery string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: rawPath, RawQueryString: rawQuery, Headers: map[string]string{}}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.SourceIP = method, "192.0.2.7"
	e.RequestContext.RequestID, e.RequestContext.DomainName = "JKJaXmPLvHcESHA=", "abc.execute-api.eu-west-1.amazonaws.com"
	return e
}

func v1(method, path string) events.APIGatewayProxyRequest {
	e := events.APIGatewayProxyRequest{HTTPMethod: method, Path: path}
	e.RequestContext.Identity.SourceIP, e.RequestContext.RequestID = "2001:db8::1", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	return e
}

// TestPathsOfHTTPAPI: the decoded path arrives unchanged, whatever it contains (H-13); no part of it
// becomes a query.
func TestPathsOfHTTPAPI(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/scim/v2/acme/Users/100%", "/scim/v2/acme/Users/a?admin=true", "/scim/v2/acme/Users/a#x", "/scim/v2/acme/Users/a b",
		"/scim/v2/acme/Users/zoë/ü", "/scim/v2//acme/Users", "//scim/v2/acme/Users", "/scim/v2/acme/Users/%41", "/", "/*", "/a;b=c,d:e@f",
		"/a\\b\"c<d>{e}|^`", "/\x00\x7f\n", "/scim/v2/acme/Users/..",
	} {
		var got seen
		r := invoke(t, lambdahttp.New(recorder(&got), lambdahttp.Options{}), v2("GET", path, "filter=userName+eq+%22a%22"))
		if r.StatusCode != http.StatusNoContent || got.Path != path || got.Query != "filter=userName+eq+%22a%22" {
			t.Errorf("%q arrived as %q ? %q, %d", path, got.Path, got.Query, r.StatusCode)
		}
	}
}

// TestPathsOfRESTAPI: the path arrives as it was sent; its escapes are decoded once.
func TestPathsOfRESTAPI(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/Users/100%25": "/Users/100%", "/Users/100%": "/Users/100%", "/Users/a%3Fb": "/Users/a?b", "/Users/a?b": "/Users/a?b",
		"/Users/a#b": "/Users/a#b", "/Users/%C3%BC": "/Users/ü", "/Users/ü": "/Users/ü", "//Users": "//Users", "/Users/a b": "/Users/a b", "": "/",
	} {
		var got seen
		invoke(t, lambdahttp.New(recorder(&got), lambdahttp.Options{}), v1("GET", path))
		if got.Path != want || got.Query != "" {
			t.Errorf("%q arrived as %q ? %q, want %q", path, got.Path, got.Query, want)
		}
	}
}

func TestBasePath(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"prod", "/prod", "/prod/"} {
		for path, want := range map[string]string{"/prod/scim": "/scim", "/prod": "/", "/production/scim": "/production/scim", "/scim/prod": "/scim/prod"} {
			var got seen
			h := lambdahttp.New(recorder(&got), lambdahttp.Options{BasePath: base})
			if invoke(t, h, v2("GET", path, "")); got.Path != want {
				t.Errorf("2.0 %s: %q, want %q", path, got.Path, want)
			}
			if invoke(t, h, v1("GET", path)); got.Path != want {
				t.Errorf("1.0 %s: %q, want %q", path, got.Path, want)
			}
		}
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	var got seen
	h := lambdahttp.New(recorder(&got), lambdahttp.Options{})
	e := v2("patch", "/Users/1", "a=1&a=2")
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte("{\"x\":\"ü\"}")), true
	e.Headers = map[string]string{
		"authorization": "Bearer a,b", "if-match": `W/"1",W/"2"`, "x-request-id": "chosen-by-client", "user-agent": "Okta SCIM Client, 1.0",
		"content-type": "application/scim+json; charset=utf-8",
	}
	e.Cookies = []string{"a=1", "b=2"}
	invoke(t, h, e)
	want := seen{
		Method: "PATCH", Path: "/Users/1", Query: "a=1&a=2", Body: `{"x":"ü"}`, Remote: "192.0.2.7:0", RequestID: "JKJaXmPLvHcESHA=",
		Header: http.Header{
			"Authorization": {"Bearer a,b"}, "If-Match": {`W/"1"`, `W/"2"`}, "X-Request-Id": {"JKJaXmPLvHcESHA="},
			"User-Agent": {"Okta SCIM Client, 1.0"}, "Content-Type": {"application/scim+json; charset=utf-8"}, "Cookie": {"a=1", "b=2"},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	one := v1("POST", "/Users")
	one.Body, one.MultiValueHeaders = `{"x":1}`, map[string][]string{"Accept": {"a/b", "c/d"}}
	one.MultiValueQueryStringParameters = map[string][]string{"filter": {`userName eq "a+b&c"`}}
	invoke(t, h, one)
	values, _ := url.ParseQuery(got.Query)
	if got.Body != `{"x":1}` || got.Remote != "[2001:db8::1]:0" || len(got.Header["Accept"]) != 2 || values.Get("filter") != `userName eq "a+b&c"` {
		t.Errorf("%+v", got)
	}
}

// TestAnswer: both formats carry status, headers and body; text is not encoded.
func TestAnswer(t *testing.T) {
	t.Parallel()
	h := lambdahttp.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		w.Header().Set("Etag", `W/"3"`)
		w.Header().Add("Set-Cookie", "a=1")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"a":"<ü>"}`)
	}), lambdahttp.Options{})
	for _, e := range []any{v2("POST", "/", ""), v1("POST", "/")} {
		r := invoke(t, h, e)
		if r.StatusCode != http.StatusCreated || r.IsBase64Encoded || r.Body != `{"a":"<ü>"}` || r.get("Etag") != `W/"3"` || r.get("Content-Type") != "application/scim+json" {
			t.Errorf("%+v", r)
		}
	}
	if r := invoke(t, h, v2("POST", "/", "")); len(r.Cookies) != 1 {
		t.Errorf("cookies %q", r.Cookies)
	}
}

// TestWrongEvents: an event that is not a request is an error of the invocation, not of a client.
func TestWrongEvents(t *testing.T) {
	t.Parallel()
	h := lambdahttp.New(recorder(&seen{}), lambdahttp.Options{})
	for _, payload := range []string{``, `{}`, `[]`, `{"Records":[]}`, `{"httpMethod":1}`, `{"httpMethod":"GET","headers":1}`, `{"requestContext":{"http":{"method":"GET"}},"headers":1}`} {
		if out, err := h.Invoke(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s gives %s", payload, out)
		}
	}
	for _, change := range []func(*events.APIGatewayV2HTTPRequest){
		func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = "%%%", true },
		func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "G T" },
	} {
		e := v2("GET", "/", "")
		change(&e)
		if r := invoke(t, h, e); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Body, "api:messages:2.0:Error") {
			t.Errorf("%+v", r)
		}
	}
	e := v2("GET", "/a", "b=c d#e\n")
	e.RequestContext.DomainName = "evil/?x="
	if r := invoke(t, h, e); r.StatusCode != http.StatusNoContent {
		t.Errorf("%+v", r)
	}
}

// TestPanic: a panic is a 500 with an error id that the log has too; the client does not see the cause
// (H-14).
func TestPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := lambdahttp.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an ans")
		panic("the cause")
	}), lambdahttp.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	r := invoke(t, h, v2("GET", "/", ""))
	if r.StatusCode != http.StatusInternalServerError || !strings.Contains(r.Body, "error id JKJaXmPLvHcESHA=") || strings.Contains(r.Body, "cause") || strings.Contains(r.Body, "half") {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(log.String(), `"error_id":"JKJaXmPLvHcESHA="`) || !strings.Contains(log.String(), "the cause") {
		t.Error(log.String())
	}
	e := v1("GET", "/")
	e.RequestContext.RequestID = ""
	if r := invoke(t, h, e); r.StatusCode != http.StatusInternalServerError || !strings.Contains(r.Body, "error id ") {
		t.Errorf("%+v", r)
	}
}

// TestDeadline: the request's context ends before Lambda's, so that Bulk can still answer (B-20).
func TestDeadline(t *testing.T) {
	t.Parallel()
	for left, reserve := range map[time.Duration]time.Duration{time.Hour: time.Minute, time.Minute: 30 * time.Second} {
		var got time.Time
		h := lambdahttp.New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = r.Context().Deadline() }),
			lambdahttp.Options{Reserve: time.Minute})
		end := time.Now().Add(left)
		ctx, cancel := context.WithDeadline(t.Context(), end)
		payload, _ := json.Marshal(v2("GET", "/", ""))
		invokeRaw(t, ctx, h, payload)
		cancel()
		// If little time is left, half of it is reserved; that half shrinks while the test runs.
		if kept := end.Sub(got); kept > reserve || kept < reserve-25*time.Second {
			t.Errorf("%v left: %v reserved, want %v", left, kept, reserve)
		}
	}
}

func body(size int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		w.Header().Set("Location", "http://x/1")
		if r.Method == http.MethodPost && r.URL.Path == "/Users" {
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = io.WriteString(w, strings.Repeat(`{"a":1}`, size/7))
	})
}

func TestGzip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		accept       string
		size         int
		rest, binary bool
		packed       bool
	}{
		{"gzip, deflate", 9000, false, false, true},
		{"gzip;q=0.5", 9000, false, false, true},
		{"deflate, gzip;q=0", 9000, false, false, false},
		{"", 9000, false, false, false},
		{"gzip", 900, false, false, false},
		{"gzip", 9000, true, false, false},
		{"GZIP", 9000, true, true, true},
	} {
		h := lambdahttp.New(body(c.size), lambdahttp.Options{Binary: c.binary})
		two, one := v2("GET", "/", ""), v1("GET", "/")
		two.Headers["accept-encoding"] = c.accept
		one.Headers = map[string]string{"Accept-Encoding": c.accept}
		r := invoke(t, h, two)
		if c.rest {
			r = invoke(t, h, one)
		}
		if got := r.get("Content-Encoding") == "gzip"; got != c.packed || r.IsBase64Encoded != c.packed || !strings.HasPrefix(r.text(t), `{"a":1}{"a":1}`) {
			t.Errorf("%+v: packed %v", c, got)
		}
		if c.packed && (r.get("Vary") != "Accept-Encoding" || r.get("Content-Length") == fmt.Sprint(c.size/7*7)) {
			t.Errorf("%+v: %v", c, r.Headers)
		}
	}
}

// TestLimits: 6 MB in both directions. A read that is too large says what to do; the answer to a write
// loses its body and nothing else.
func TestLimits(t *testing.T) {
	t.Parallel()
	h := lambdahttp.New(body(5<<20), lambdahttp.Options{}) // 5 MB, and a third more escaped
	for _, c := range []struct {
		method, path, accept string
		want                 int
		contains             string
	}{
		{"GET", "/Groups/1", "", 400, "excludedAttributes=members"},
		{"GET", "/Groups/1", "gzip", 200, `{"a":1}`},
		{"POST", "/Groups/.search", "", 400, "tooMany"},
		{"POST", "/Users", "", 201, ""},
		{"PUT", "/Users/1", "", 204, ""},
		{"PATCH", "/Users/1", "", 204, ""},
	} {
		e := v2(c.method, c.path, "")
		e.Headers["accept-encoding"] = c.accept
		out, err := h.Invoke(t.Context(), must(json.Marshal(e)))
		if err != nil || len(out) > lambdahttp.MaxPayload {
			t.Fatalf("%d bytes, %v", len(out), err)
		}
		var r result
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		text := r.text(t)
		if r.StatusCode != c.want || !strings.Contains(text, c.contains) || c.contains == "" && text != "" {
			t.Errorf("%s %s: %d %.100s", c.method, c.path, r.StatusCode, text)
		}
		if c.contains == "" && r.get("Location") == "" {
			t.Errorf("%s: no Location", c.method)
		}
	}
	e := v2("POST", "/Bulk", "")
	e.Body = strings.Repeat("x", lambdahttp.MaxPayload)
	if r := invoke(t, h, e); r.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(r.Body, "fewer operations") {
		t.Errorf("%d %.100s", r.StatusCode, r.Body)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestSize: the length of an answer is predicted exactly, whatever must be escaped.
func TestSize(t *testing.T) {
	t.Parallel()
	text := "plain \"\\\n\r\t\b\f\x01\x1f ü \u2028\u2029 <>&\U0001f600"
	h := lambdahttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := lambdahttp.MaxPayload/len(text) - 1
		_, _ = io.WriteString(w, strings.Repeat(text, n))
	}), lambdahttp.Options{})
	if r := invoke(t, h, v2("GET", "/", "")); r.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", r.StatusCode)
	}
}
