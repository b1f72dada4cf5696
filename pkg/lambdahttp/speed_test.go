package lambdahttp_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

// trip is a request as a gateway sends it, and what the service answers. most are the allocations of the way through
// the adapter in each format, and of the service's headers.
type trip struct {
	name, method, body, gzip string
	answer                   int // resources
	most2, most1             float64
}

var trips = []trip{ //nolint:gochecknoglobals // a table of the benchmark and its gate
	{name: "get", method: "GET", answer: 1, most2: 117, most1: 156},
	{name: "patch", method: "PATCH", answer: 1, most2: 121, most1: 161,
		body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`},
	{name: "page", method: "GET", answer: 100, most2: 117, most1: 156},
	{name: "page-gzip", method: "GET", answer: 100, gzip: "gzip, deflate", most2: 135, most1: 175},
}

// user is an answer of some 700 bytes.
const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
	`"id":"0197a3c0-1f1e-7000-8000-000000000001","externalId":"00u1a2b3c4","userName":"bjensen@example.com","name":{"formatted":"Zoë Jensen",` +
	`"familyName":"Jensen","givenName":"Zoë"},"displayName":"Zoë Jensen","active":true,"emails":[{"value":"bjensen@example.com","type":"work",` +
	`"primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"Tour \"Ops\""},` +
	`"meta":{"resourceType":"User","created":"2026-01-23T04:56:22Z","lastModified":"2026-05-13T04:42:34Z","version":"W/\"3\"",` +
	`"location":"https://scim.example.com/scim/v2/acme/Users/0197a3c0-1f1e-7000-8000-000000000001"}}`

func (c trip) handler() http.Handler {
	body := []byte(user)
	if c.answer > 1 {
		body = []byte(`{"totalResults":100,"Resources":[` + strings.Repeat(user+",", c.answer-1) + user + `]}`)
	}
	length := strconv.Itoa(len(body))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"], h["Content-Length"], h["Etag"] = []string{"application/scim+json"}, []string{length}, []string{`W/"3"`}
		h["Location"] = []string{"https://scim.example.com/scim/v2/acme/Users/0197a3c0-1f1e-7000-8000-000000000001"}
		_, _ = w.Write(body)
	})
}

// headers are those of a client and of the gateway.
func (c trip) headers() map[string]string {
	h := map[string]string{
		"accept": "application/scim+json", "authorization": "Bearer scim_acme_7f3k_" + strings.Repeat("x", 43), "host": "scim.example.com",
		"content-length": strconv.Itoa(len(c.body)), "content-type": "application/scim+json", "user-agent": "Okta SCIM Client 1.0.0",
		"x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678", "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "443", "x-forwarded-proto": "https",
	}
	if c.gzip != "" {
		h["accept-encoding"] = c.gzip
	}
	return h
}

func (c trip) httpAPI(t testing.TB) []byte {
	t.Helper()
	e := v2(c.method, "/scim/v2/acme/Users/0197a3c0-1f1e-7000-8000-000000000001", "count=100&startIndex=1")
	e.RouteKey, e.Headers, e.Body = "ANY /scim/v2/{proxy+}", c.headers(), c.body
	e.QueryStringParameters = map[string]string{"count": "100", "startIndex": "1"}
	e.PathParameters = map[string]string{"proxy": "acme/Users/0197a3c0-1f1e-7000-8000-000000000001"}
	r := &e.RequestContext
	r.RouteKey, r.AccountID, r.Stage, r.APIID, r.DomainPrefix = e.RouteKey, "111122223333", "$default", "abc", "abc"
	r.Time, r.TimeEpoch = "12/Mar/2026:19:03:58 +0000", 1583348638390
	r.HTTP.Path, r.HTTP.Protocol, r.HTTP.UserAgent = e.RawPath, "HTTP/1.1", "Okta SCIM Client 1.0.0"
	return must(json.Marshal(e))
}

func (c trip) restAPI(t testing.TB) []byte {
	t.Helper()
	e := v1(c.method, "/scim/v2/acme/Users/0197a3c0-1f1e-7000-8000-000000000001")
	e.Resource, e.Headers, e.Body, e.MultiValueHeaders = "/scim/v2/{proxy+}", c.headers(), c.body, map[string][]string{}
	for k, v := range e.Headers {
		e.MultiValueHeaders[k] = []string{v}
	}
	e.QueryStringParameters = map[string]string{"count": "100", "startIndex": "1"}
	e.MultiValueQueryStringParameters = map[string][]string{"count": {"100"}, "startIndex": {"1"}}
	e.PathParameters = map[string]string{"proxy": "acme/Users/0197a3c0-1f1e-7000-8000-000000000001"}
	r := &e.RequestContext
	r.AccountID, r.Stage, r.APIID, r.DomainName, r.DomainPrefix = "111122223333", "prod", "abc", "abc.execute-api.eu-west-1.amazonaws.com", "abc"
	r.ResourceID, r.ResourcePath, r.HTTPMethod, r.Path, r.Protocol = "a1", e.Resource, c.method, "/prod"+e.Path, "HTTP/1.1"
	r.RequestTime, r.RequestTimeEpoch, r.ExtendedRequestID = "12/Mar/2026:19:03:58 +0000", 1583348638390, "JKJaXmPLvHcESHA="
	r.Identity.UserAgent, r.Authorizer = "Okta SCIM Client 1.0.0", map[string]any{"principalId": "x"}
	return must(json.Marshal(e))
}

// BenchmarkInvoke is the request flow through the adapter, from the event to the answer, around a service that
// takes no time.
func BenchmarkInvoke(b *testing.B) {
	for _, c := range trips {
		h := lambdahttp.New(c.handler(), lambdahttp.Options{Binary: true})
		for format, payload := range map[string][]byte{"v2": c.httpAPI(b), "v1": c.restAPI(b)} {
			b.Run(c.name+"/"+format, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := h.Invoke(b.Context(), payload); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestAllocations: the way through the adapter allocates no more than it did when it was last improved.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	for _, c := range trips {
		h := lambdahttp.New(c.handler(), lambdahttp.Options{Binary: true})
		for format, most := range map[string]float64{"v2": c.most2, "v1": c.most1} {
			payload := c.httpAPI(t)
			if format == "v1" {
				payload = c.restAPI(t)
			}
			n := testing.AllocsPerRun(100, func() { _, _ = h.Invoke(t.Context(), payload) })
			if n > racing.Size(most+12, most) { // the race detector drops what a pool keeps
				t.Errorf("%s, %s: %.0f allocations, want at most %.0f", c.name, format, n, most)
			}
		}
	}
}
