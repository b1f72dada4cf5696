package lambdarun

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSignatures: the gateway names the principal of a request that is signed as API Gateway asks for, and of no other one.
func TestSignatures(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)
	known := IAM{"AKIA1": {Secret: "secret", ARN: "arn:aws:iam::000000000000:user/ann"}}
	type given struct {
		key, secret, service string
		at                   time.Time
		after                func(*http.Request)
		body                 string
	}
	for name, c := range map[string]struct {
		change func(*given)
		ok     bool
	}{
		"signed":          {func(*given) {}, true},
		"a header later":  {func(g *given) { g.after = func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") } }, true},
		"unknown key":     {func(g *given) { g.key = "AKIA2" }, false},
		"wrong secret":    {func(g *given) { g.secret = "other" }, false},
		"another service": {func(g *given) { g.service = "dynamodb" }, false},
		"an old one":      {func(g *given) { g.at = now.Add(-6 * time.Minute) }, false},
		"another body":    {func(g *given) { g.body = `{"name":"globex"}` }, false},
		"another path":    {func(g *given) { g.after = func(r *http.Request) { r.URL.Path = "/admin/v1/operators" } }, false},
		"another method":  {func(g *given) { g.after = func(r *http.Request) { r.Method = http.MethodDelete } }, false},
		"a changed header": {func(g *given) {
			g.after = func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }
		}, false},
		"no signature": {func(g *given) { g.after = func(r *http.Request) { r.Header.Del("Authorization") } }, false},
		"a bearer":     {func(g *given) { g.after = func(r *http.Request) { r.Header.Set("Authorization", "Bearer AKIA1") } }, false},
	} {
		const body = `{"name":"acme"}`
		g := given{key: "AKIA1", secret: "secret", service: "execute-api", at: now, after: func(*http.Request) {}, body: body}
		c.change(&g)
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/admin/v1/tenants/a%20b?limit=2&cursor=x", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		sum := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: g.key, SecretAccessKey: g.secret}, r, hex.EncodeToString(sum[:]), g.service, "us-east-1", g.at); err != nil {
			t.Fatal(err)
		}
		g.after(r)
		got := known.authorize(r, []byte(g.body), now)
		if (got != nil) != c.ok || got != nil && got.UserARN != "arn:aws:iam::000000000000:user/ann" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
