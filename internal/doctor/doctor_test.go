package doctor_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/doctor"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// names are the checks, in the order of the report.
var names = strings.Fields("url https dns tcp tls health base clock no-token wrong-token token provider-config resource-types schemas search") //nolint:gochecknoglobals // never changed

// diagnose runs the checks and tests what holds for every report: each check is there once, what is not right has a
// remedy, and no secret is printed.
func diagnose(t *testing.T, o doctor.Options) map[string]doctor.Check {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	got := map[string]doctor.Check{}
	for i, c := range doctor.Run(t.Context(), o) {
		if i >= len(names) || c.Name != names[i] {
			t.Errorf("check %d is %q", i, c.Name)
		}
		bad := c.State == doctor.Warn || c.State == doctor.Fail
		if c.Found == "" || bad != (c.Todo != "") || strings.Contains(c.Found+c.Todo, "\n") {
			t.Errorf("%+v", c)
		}
		if o.Token != "" && strings.Contains(c.Found+c.Todo, o.Token) {
			t.Errorf("%s prints the token", c.Name)
		}
		got[c.Name] = c
	}
	if len(got) != len(names) {
		t.Errorf("%d checks", len(got))
	}
	return got
}

// local starts the real service with one tenant.
func local(t *testing.T, around func(http.Handler) http.Handler) demo.Target {
	t.Helper()
	l, err := demo.NewLocal(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	if around != nil {
		l.Wrap(around)
	}
	target, err := l.TargetWith(tenant.Settings{IdP: "okta"})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestHealthy: the real service passes every check that is not skipped, and nothing is written.
func TestHealthy(t *testing.T) {
	t.Parallel()
	var written atomic.Int32
	at := local(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				written.Add(1)
			}
			h.ServeHTTP(w, r)
		})
	})
	for name, c := range diagnose(t, doctor.Options{URL: at.Base, Token: at.Token}) {
		skipped := name == "dns" || name == "tls" || name == "https"
		if c.State != doctor.OK && !skipped || c.State != doctor.Skipped && skipped {
			t.Errorf("%+v", c)
		}
	}
	for name, c := range diagnose(t, doctor.Options{URL: at.Base}) {
		if c.State == doctor.Warn || c.State == doctor.Fail {
			t.Errorf("without a token: %s: %+v", name, c)
		}
	}
	if written.Load() > 0 {
		t.Error("it writes")
	}
}

// always answers every request in the same way.
func always(status int, body string, header ...string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
}

// changed lets the service answer, and changes the header of the answer.
func changed(change func(http.Header)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			for name, values := range rec.Header() {
				w.Header()[name] = values
			}
			change(w.Header())
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes())
		})
	}
}

// only answers some requests in a way of its own.
func only(match func(*http.Request) bool, status int, body string) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !match(r) {
				h.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/scim+json")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
}

func clockIs(by time.Duration) func(http.Handler) http.Handler {
	return changed(func(h http.Header) { h.Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat)) })
}

func scimError(status int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":"internal error (error id abc)"}`, status)
}

func authorized(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "Bearer scim_")
}
func path(suffix string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, suffix) }
}
func anyRequest(*http.Request) bool { return true }

// TestBroken: a service that is broken in one way fails the check that is about it, with the remedy; what cannot be known
// then is skipped.
func TestBroken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		around func(http.Handler) http.Handler
		check  string
		state  doctor.State
		want   string // in what was found, or in the remedy
	}{
		"redirect":              {always(301, "", "Location", "https://scim.example.com/scim/v2/demo-1/ServiceProviderConfig"), "base", doctor.Fail, "redirect to https://scim.example.com"},
		"redirect to a login":   {always(302, "", "Location", "/login?next=x"), "base", doctor.Fail, "login page"},
		"redirect to nowhere":   {always(308, ""), "base", doctor.Fail, "without a redirect"},
		"web page":              {always(200, "<html><title>Sign\nin</title></html>", "Content-Type", "text/html"), "base", doctor.Fail, `"Sign in"`},
		"page without a type":   {always(404, "<!DOCTYPE html><html><title>Parked</title>", "Content-Type", ""), "base", doctor.Fail, "web page"},
		"json of another API":   {always(200, `{"hello":"world"}`, "Content-Type", "application/json"), "base", doctor.Fail, "not SCIM"},
		"empty":                 {always(200, ""), "base", doctor.Fail, "not SCIM"},
		"escape sequences":      {always(200, "\x1b[2J\u202eevil", "Content-Type", "text/plain"), "base", doctor.Fail, "[2J"},
		"WAF":                   {always(403, `{"message":"Forbidden"}`, "Apigw-Requestid", "x"), "base", doctor.Fail, "person who runs AWS WAF"},
		"resource policy":       {always(403, `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke"}`, "x-amzn-RequestId", "x"), "base", doctor.Fail, "resource policy"},
		"wrong stage":           {always(403, `{"message":"Missing Authentication Token"}`), "base", doctor.Fail, "BaseURL"},
		"no route":              {always(404, `{"message":"Not Found"}`, "Apigw-Requestid", "x"), "base", doctor.Fail, "BaseURL"},
		"integration":           {always(500, `{"message":"Internal Server Error"}`, "Apigw-Requestid", "x"), "base", doctor.Fail, "aws logs tail"},
		"integration of REST":   {always(502, `{"message": "Internal server error"}`, "x-amzn-ErrorType", "InternalServerErrorException"), "base", doctor.Fail, "aws logs tail"},
		"integration is slow":   {always(504, `{"message":"Endpoint request timed out"}`), "base", doctor.Fail, "aws logs tail"},
		"unavailable":           {always(503, `{"message":"Service Unavailable"}`, "Apigw-Requestid", "x"), "base", doctor.Fail, "aws logs tail"},
		"throttled":             {always(429, `{"message":"Too Many Requests"}`), "base", doctor.Fail, "throttling"},
		"CloudFront":            {always(403, "<html><title>ERROR: The request could not be satisfied</title>", "X-Amz-Cf-Id", "x", "Content-Type", "text/html"), "base", doctor.Fail, "CloudFront"},
		"nginx without service": {always(502, "<html><head><title>502 Bad Gateway</title></head>", "Content-Type", "text/html"), "base", doctor.Fail, "start the service"},
		"wants TLS":             {always(400, "Client sent an HTTP request to an HTTPS server.\n"), "base", doctor.Fail, "give identity providers https://"},
		"SCIM 500":              {only(anyRequest, 500, scimError(500)), "base", doctor.Fail, "error id abc"},
		"SCIM 404":              {only(anyRequest, 404, scimError(404)), "base", doctor.Fail, "correct the base URL"},
		"not ready":             {only(path("/readyz"), 503, "the store does not answer"), "health", doctor.Fail, "its store does not answer"},
		"clock ahead":           {clockIs(10 * time.Minute), "clock", doctor.Fail, "NTP"},
		"clock late":            {clockIs(-10 * time.Minute), "clock", doctor.Fail, "differs by"},
		"clock a little wrong":  {clockIs(-time.Minute), "clock", doctor.Warn, "NTP"},
		"clock a little late":   {clockIs(-time.Minute), "clock", doctor.Warn, "NTP"},
		"no Date":               {changed(func(h http.Header) { h["Date"] = nil }), "clock", doctor.Skipped, "no Date"},
		"open to all":           {only(func(r *http.Request) bool { return !authorized(r) && path("/Users")(r) }, 200, "{}"), "no-token", doctor.Fail, "at once"},
		"open to any token":     {only(func(r *http.Request) bool { return !authorized(r) && r.Header.Get("Authorization") != "" }, 200, "{}"), "wrong-token", doctor.Fail, "at once"},
		"no WWW-Authenticate":   {changed(func(h http.Header) { h.Del("WWW-Authenticate") }), "wrong-token", doctor.Warn, "WWW-Authenticate"},
		"renamed header": {changed(func(h http.Header) {
			h["X-Amzn-Remapped-Www-Authenticate"] = h["Www-Authenticate"]
			h.Del("WWW-Authenticate")
		}), "no-token", doctor.Warn, "REST API"},
		"token refused":           {only(authorized, 401, scimError(401)), "token", doctor.Fail, "scimstack token create"},
		"token may nothing":       {only(authorized, 403, scimError(403)), "token", doctor.Fail, "read,users,groups"},
		"paused for a short time": {only(authorized, 429, scimError(429)), "token", doctor.Warn, "scimstack tenant resume"},
		"nothing while paused":    {only(authorized, 429, scimError(429)), "schemas", doctor.Skipped, "asks to wait"},
		"token for users":         {only(func(r *http.Request) bool { return authorized(r) && path("/Groups")(r) }, 403, scimError(403)), "token", doctor.Warn, "no groups"},
		"search fails":            {only(func(r *http.Request) bool { return authorized(r) && path("/Users")(r) }, 500, scimError(500)), "token", doctor.Warn, "make a token"},
		"query is lost":           {only(func(r *http.Request) bool { return authorized(r) && path("/Users")(r) }, 200, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":7}`), "search", doctor.Fail, "drops the query"},
		"search is no list":       {only(func(r *http.Request) bool { return authorized(r) && path("/Users")(r) }, 200, `[]`), "search", doctor.Fail, "no list"},
		"no User":                 {only(path("/ResourceTypes"), 200, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[{"name":"Group"}]}`), "resource-types", doctor.Fail, "does not list User"},
		"schemas fail":            {only(path("/Schemas"), 500, scimError(500)), "schemas", doctor.Fail, "error id abc"},
		"no PATCH":                {only(path("/ServiceProviderConfig"), 200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],"patch":{"supported":false}}`), "provider-config", doctor.Warn, "PATCH"},
		"another public base":     {only(path("/ServiceProviderConfig"), 200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],"patch":{"supported":true},"meta":{"location":"http://internal:8080/scim/v2/acme/ServiceProviderConfig"}}`), "base", doctor.Warn, "--public-base"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := local(t, c.around)
			got := diagnose(t, doctor.Options{URL: at.Base, Token: at.Token})[c.check]
			if got.State != c.state || !strings.Contains(got.Found+" "+got.Todo, c.want) || strings.ContainsAny(got.Found, "\x1b\u202e") {
				t.Errorf("%+v, want %s and %q", got, c.state, c.want)
			}
		})
	}
}

// TestAddress: what is not the base URL of a tenant is reported with the right one.
func TestAddress(t *testing.T) {
	t.Parallel()
	at := local(t, nil)
	host, _, _ := strings.Cut(at.Base, "/scim/")
	for url, want := range map[string]struct {
		state doctor.State
		text  string
	}{
		at.Base + "/":                            {doctor.Warn, at.Base + ":"},
		at.Base + "/Users":                       {doctor.Warn, "providers " + at.Base},
		at.Base + "/Users/x/y":                   {doctor.Warn, "providers " + at.Base},
		at.Base + "?x=1":                         {doctor.Warn, "providers " + at.Base},
		at.Base + "#x":                           {doctor.Warn, "providers " + at.Base},
		" " + at.Base + " ":                      {doctor.OK, "is the base URL"},
		host:                                     {doctor.Fail, "/scim/v2/TENANT"},
		host + "/scim/v2":                        {doctor.Fail, "/scim/v2/TENANT"},
		host + "/scim/v2/":                       {doctor.Fail, "/scim/v2/TENANT"},
		"nowhere":                                {doctor.Fail, "not a URL"},
		"ftp://x/scim/v2/acme":                   {doctor.Fail, "not a URL"},
		"http://u:hush@127.0.0.1:1/scim/v2/acme": {doctor.Warn, "providers http://127.0.0.1:1/scim/v2/acme"},
	} {
		got := diagnose(t, doctor.Options{URL: url, Token: at.Token})["url"]
		if got.State != want.state || !strings.Contains(got.Found+" "+got.Todo, want.text) || strings.Contains(got.Found, "hush") {
			t.Errorf("%s: %+v, want %+v", url, got, want)
		}
	}
}

// TestSilence: a server that hangs, hangs up or is none ends the run after one attempt.
func TestSilence(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	async.Go(func() error {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return err // at the end of the test
			}
			fmt.Fprint(conn, "SSH-2.0-OpenSSH_9.6\r\n")
			_ = conn.Close()
		}
	})
	var asked atomic.Int32
	stalled := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			<-r.Context().Done()
		})
	}
	hangsUp := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	}
	for name, c := range map[string]struct{ url, check, want string }{
		"hangs":    {local(t, stalled).Base, "health", "no answer in time"},
		"hangs up": {local(t, hangsUp).Base, "health", "closed without an answer"},
		"ssh":      {"http://" + listener.Addr().String() + "/scim/v2/acme", "health", "no answer"},
		"closed":   {"http://127.0.0.1:1/scim/v2/acme", "tcp", "nothing listens"},
		"no host":  {"https://nowhere.invalid/scim/v2/acme", "dns", "runs DNS"},
	} {
		o := doctor.Options{URL: c.url, Token: "secret"}
		if name == "hangs" {
			o.Timeout = 300 * time.Millisecond
		}
		got := diagnose(t, o)
		for name == "hangs" && asked.Load() == 0 { // the machine stood still before the request
			got = diagnose(t, o)
		}
		if one := got[c.check]; one.State != doctor.Fail || !strings.Contains(one.Found+one.Todo, c.want) || got["search"].State != doctor.Skipped {
			t.Errorf("%s: %+v", name, one)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("%d requests to a server that hangs", asked.Load())
	}
}

// TestKnown: what the store knows about the token is a part of its line.
func TestKnown(t *testing.T) {
	t.Parallel()
	at := local(t, nil)
	known := func(context.Context, string, string) (string, string, doctor.State) {
		return "key k1, expires in 3d", "make a new one", doctor.Warn
	}
	if got := diagnose(t, doctor.Options{URL: at.Base, Token: at.Token, Known: known})["token"]; got.State != doctor.Warn || !strings.Contains(got.Found, "users and groups; key k1") {
		t.Errorf("%+v", got)
	}
	if got := diagnose(t, doctor.Options{URL: at.Base, Token: "wrong", Known: known})["token"]; got.State != doctor.Fail || !strings.Contains(got.Found, "key k1") {
		t.Errorf("%+v", got)
	}
}
