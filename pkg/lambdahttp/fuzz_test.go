package lambdahttp_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

// valid reports whether JSON carries all parts unchanged.
func valid(parts ...string) bool {
	for _, p := range parts {
		if !utf8.ValidString(p) {
			return false
		}
	}
	return true
}

// FuzzHTTPAPI: whatever path, query, body and method an HTTP API sends, the handler receives this path
// and this body, and no request is an error of the function.
func FuzzHTTPAPI(f *testing.F) {
	f.Add("GET", "/scim/v2/acme/Users/100%", "filter=a#b", "", "example.com", false)
	f.Add("PATCH", "/a?b#c d//ü", "a=%zz&b", "{}", "", false)
	f.Add("POST", "", "\x00", "e30=", "ex ample/", true)
	f.Add("P\nT", "*", "?", "%", "[::1", true)
	f.Fuzz(func(t *testing.T, method, path, query, body, host string, encoded bool) {
		if method == "" || !valid(method, path, query, body, host) {
			t.Skip("JSON does not carry it")
		}
		var got seen
		h := lambdahttp.New(recorder(&got), lambdahttp.Options{})
		e := v2(method, path, query)
		e.Body, e.IsBase64Encoded, e.RequestContext.DomainName = body, encoded, host
		r := invoke(t, h, e)
		switch {
		case r.StatusCode == http.StatusBadRequest:
			return
		case r.StatusCode != http.StatusNoContent:
			t.Fatalf("%d %s", r.StatusCode, r.Body)
		}
		want := path
		if !strings.HasPrefix(want, "/") {
			want = "/" + want
		}
		if got.Path != want || !encoded && got.Body != body || got.Method != strings.ToUpper(method) {
			t.Fatalf("%+v", got)
		}
		if before, _ := url.ParseQuery(query); len(before) > 0 && !strings.ContainsAny(query, "#") {
			after, _ := url.ParseQuery(got.Query)
			if before.Encode() != after.Encode() {
				t.Fatalf("query %q became %q", query, got.Query)
			}
		}
	})
}

// FuzzRESTAPI: the same for a REST API, whose path arrives as it was sent.
func FuzzRESTAPI(f *testing.F) {
	f.Add("GET", "/Users/100%25", "filter", "a b", "", false)
	f.Add("PUT", "/Users/a?b#c%2F%zz", "", "", "{}", true)
	f.Fuzz(func(t *testing.T, method, path, key, value, body string, encoded bool) {
		if method == "" || !valid(method, path, key, value, body) {
			t.Skip("JSON does not carry it")
		}
		var got seen
		h := lambdahttp.New(recorder(&got), lambdahttp.Options{})
		e := v1(method, path)
		e.Body, e.IsBase64Encoded, e.QueryStringParameters = body, encoded, map[string]string{key: value}
		r := invoke(t, h, e)
		switch {
		case r.StatusCode == http.StatusBadRequest:
			return
		case r.StatusCode != http.StatusNoContent:
			t.Fatalf("%d %s", r.StatusCode, r.Body)
		}
		if want, err := url.PathUnescape(path); err == nil && got.Path != "/"+strings.TrimPrefix(want, "/") && got.Path != want {
			t.Fatalf("%q became %q", path, got.Path)
		}
		if values, _ := url.ParseQuery(got.Query); values.Get(key) != value {
			t.Fatalf("%q=%q became %q", key, value, got.Query)
		}
	})
}

// FuzzEvent: no payload makes the handler panic.
func FuzzEvent(f *testing.F) {
	for _, e := range []any{v2("GET", "/Users", "a=b"), v1("POST", "/Users")} {
		payload, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		out, err := lambdahttp.New(recorder(&seen{}), lambdahttp.Options{}).Invoke(t.Context(), payload)
		if err == nil && !json.Valid(out) {
			t.Fatalf("%s", out)
		}
	})
}
