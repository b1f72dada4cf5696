package suite_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// secret is part of every value that belongs to tenant acme. Tenant globex must never see it.
const secret = "canary-7f3a"

// probe tries to reach acme with the credentials of globex, and looks for the secret in every response.
type probe struct {
	*testing.T
	acme, globex *client
	foreign      *client // globex's token at acme's URL
	user, other  string  // ids of acme
	group        string
	cursor       string
	sent, leaks  int
}

// TestN08Isolation sends every route, id, cursor, filter, bulkId and member reference of one
// tenant with the token of another one.
func TestN08Isolation(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprintf("N-08 isolation over %s, strict %v", name, strict), func(t *testing.T) {
				t.Parallel()
				types, err := schema.LoadDir(os.DirFS("testdata/custom"), ".")
				if err != nil {
					t.Fatal(err)
				}
				s := apptest.Start(t, open(t))
				p := &probe{T: t}
				p.acme = connect(t, s, "acme", func(st *tenant.Settings) { st.Types = types })
				p.globex = connect(t, s, "globex", func(st *tenant.Settings) { st.Strict = strict })
				p.foreign = &client{t, p.acme.base, p.globex.token}
				p.fill()
				before := p.snapshot()
				p.routes()
				p.ids()
				p.filters()
				p.cursors()
				p.references(strict)
				p.bulk()
				if after := p.snapshot(); after != before {
					t.Errorf("tenant acme has changed:\n%s\n%s", before, after)
				}
				t.Logf("%d probes, %d leaks", p.sent, p.leaks)
			})
		}
	}
}

// fill creates resources of acme that contain the secret.
func (p *probe) fill() {
	p.other = p.acme.create("/Users", fmt.Sprintf(`{"userName":"%[1]s-bob","title":"%[1]s"}`, secret))
	p.user = p.acme.create("/Users", fmt.Sprintf(`{"userName":"%[1]s-ann","externalId":"%[1]s-x","displayName":"%[1]s-d","title":"%[1]s","emails":[{"value":"%[1]s@example.com"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"%[1]s-5","manager":{"value":%[2]q}}}`, secret, p.other))
	p.group = p.acme.create("/Groups", fmt.Sprintf(`{"displayName":"%s-g","members":[{"value":%q},{"value":%q}]}`, secret, p.user, p.other))
	_, _, m := p.acme.do("GET", "/Users?count=1&cursor=", "")
	p.cursor, _ = m["nextCursor"].(string)
	if p.cursor == "" {
		p.Fatal("no cursor")
	}
	p.globex.create("/Users", `{"schemas":["`+schema.URNUser+`"],"userName":"zoe"}`)
}

// snapshot is all that acme can read of its own resources.
func (p *probe) snapshot() string {
	p.Helper()
	var all []any
	for _, path := range []string{"/Users", "/Groups"} {
		status, _, m := p.acme.do("GET", path, "")
		if status != http.StatusOK {
			p.Fatal(status, m)
		}
		all = append(all, m)
	}
	text, err := json.Marshal(all)
	if err != nil {
		p.Fatal(err)
	}
	return string(text)
}

// send sends one request. The status must be one of those wanted, and the response must not contain
// the secret.
func (p *probe) send(c *client, method, path, body string, want ...int) map[string]any {
	p.Helper()
	p.sent++
	status, header, m := c.do(method, path, body)
	for k, v := range header {
		m = withHeader(m, k, v)
	}
	text, err := json.Marshal(m)
	if err != nil {
		p.Fatal(err)
	}
	if strings.Contains(string(text), secret) && !strings.Contains(path+body, secret) || strings.Contains(string(text), `"title":"`+secret) {
		p.leaks++
		p.Errorf("%s %s leaks: %s", method, path, text)
	}
	for _, w := range want {
		if status == w {
			return m
		}
	}
	p.Errorf("%s %s: %d, want %v: %s", method, path, status, want, text)
	return m
}

func withHeader(m map[string]any, name string, value []string) map[string]any {
	if m == nil {
		m = map[string]any{}
	}
	m["header "+name] = value
	return m
}

const emptyPatch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"taken over"}]}`

// routes: at every URL of acme, globex's token is an invalid token.
func (p *probe) routes() {
	for _, path := range []string{"/Users", "/Groups", "/Users/" + p.user, "/Groups/" + p.group, "/Me", "/Schemas", "/ResourceTypes", "/Badges", "/", "/Users?cursor=" + p.cursor, "/Nothing"} {
		p.send(p.foreign, "GET", path, "", 401)
	}
	for _, path := range []string{"/Users", "/Groups", "/Bulk", "/.search", "/Users/.search", "/Groups/.search", "/Me"} {
		p.send(p.foreign, "POST", path, `{"userName":"x","displayName":"x"}`, 401)
	}
	for _, path := range []string{"/Users/" + p.user, "/Groups/" + p.group} {
		p.send(p.foreign, "PUT", path, `{"userName":"x","displayName":"x"}`, 401)
		p.send(p.foreign, "PATCH", path, emptyPatch, 401)
		p.send(p.foreign, "DELETE", path, "", 401)
	}
	// Paths that a careless router resolves to another tenant.
	for _, path := range []string{"/../acme/Users", "/%2e%2e/acme/Users", "//acme/Users", "/Users/..%2f..%2facme%2fUsers%2f" + p.user} {
		p.send(p.globex, "GET", path, "", 400, 401, 404)
	}
}

// ids: acme's ids do not exist for globex.
func (p *probe) ids() {
	for _, path := range []string{"/Users/" + p.user, "/Groups/" + p.group, "/Groups/" + p.user, "/Users/" + p.group} {
		p.send(p.globex, "GET", path, "", 404)
		p.send(p.globex, "PUT", path, `{"userName":"x","displayName":"x"}`, 404)
		p.send(p.globex, "PATCH", path, emptyPatch, 404)
		p.send(p.globex, "DELETE", path, "", 404)
	}
	p.send(p.globex, "GET", "/Badges", "", 404)
	for _, id := range []string{"acme#" + p.user, p.user + "#", "T#acme#E#User#0", "../" + p.user} {
		p.send(p.globex, "GET", "/Users/"+url.PathEscape(id), "", 400, 404)
	}
	for _, path := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
		m := p.send(p.globex, "GET", path, "", 200)
		if text := fmt.Sprint(m); strings.Contains(text, "Badge") {
			p.Errorf("%s shows the types of acme", path)
		}
	}
}

// filters: no value of acme's is found.
func (p *probe) filters() {
	users := []string{
		`id eq "` + p.user + `"`, `userName eq "` + secret + `-ann"`, `externalId eq "` + secret + `-x"`, `emails.value eq "` + secret + `@example.com"`,
		`displayName eq "` + secret + `-d"`, `groups.value eq "` + p.group + `"`, `title co "canary"`, `userName sw "canary"`,
		schema.URNEnterpriseUser + `:manager.value eq "` + p.other + `"`, schema.URNEnterpriseUser + `:employeeNumber eq "` + secret + `-5"`,
		`meta.location co "acme"`, `not (userName eq "zoe")`,
	}
	groups := []string{`id eq "` + p.group + `"`, `displayName eq "` + secret + `-g"`, `members.value eq "` + p.user + `"`, `members.display co "canary"`, `displayName pr`}
	ask := func(endpoint, f string) {
		p.Helper()
		body, err := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}, "filter": f})
		if err != nil {
			p.Fatal(err)
		}
		for _, m := range []map[string]any{
			p.send(p.globex, "GET", endpoint+"?filter="+url.QueryEscape(f), "", 200),
			p.send(p.globex, "POST", endpoint+"/.search", string(body), 200),
		} {
			if n, _ := m["totalResults"].(float64); n != 0 {
				p.leaks++
				p.Errorf("%s %s: %v results", endpoint, f, n)
			}
		}
	}
	for _, f := range users {
		ask("/Users", f)
	}
	for _, f := range groups {
		ask("/Groups", f)
	}
	p.send(p.globex, "GET", "/?filter="+url.QueryEscape(`id eq "`+p.user+`"`), "", 200)
	p.send(p.globex, "GET", "/Users?sortBy=userName", "", 200)
}

// cursors: a cursor of acme is invalid for globex.
func (p *probe) cursors() {
	for _, q := range []string{"/Users?cursor=", "/Groups?cursor=", "/Users?count=1&cursor="} {
		p.send(p.globex, "GET", q+p.cursor, "", 400)
	}
}

// references: a reference to a resource of acme is unresolved, as an unknown id is.
func (p *probe) references(strict bool) {
	own := p.globex.create("/Groups", `{"schemas":["`+schema.URNGroup+`"],"displayName":"own"}`)
	for _, id := range []string{p.user, p.group} {
		member := fmt.Sprintf(`{"value":%q,"$ref":%q}`, id, p.acme.base+"/Users/"+id)
		patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[` + member + `]}]}`
		if strict {
			p.send(p.globex, "PATCH", "/Groups/"+own, patch, 400)
			p.send(p.globex, "POST", "/Groups", `{"schemas":["`+schema.URNGroup+`"],"displayName":"n","members":[`+member+`]}`, 400)
			continue
		}
		p.send(p.globex, "PATCH", "/Groups/"+own, patch, 204)
		m := p.send(p.globex, "PUT", "/Groups/"+own, `{"displayName":"own","members":[`+member+`]}`, 200)
		if list, _ := m["members"].([]any); len(list) > 0 {
			p.leaks++
			p.Errorf("a member of another tenant: %v", m["members"])
		}
	}
	p.send(p.globex, "POST", "/Users", fmt.Sprintf(`{"schemas":["%s","%s"],"userName":"report","%s":{"manager":{"value":%q}}}`,
		schema.URNUser, schema.URNEnterpriseUser, schema.URNEnterpriseUser, p.user), 201, 400)
	// Uniqueness reveals nothing about other tenants.
	p.send(p.globex, "POST", "/Users", fmt.Sprintf(`{"schemas":["%s"],"userName":"%s-ann"}`, schema.URNUser, secret), 201)
	p.send(p.globex, "POST", "/Groups", fmt.Sprintf(`{"schemas":["%s"],"displayName":"%s-g"}`, schema.URNGroup, secret), 201)
}

// bulk: the same through Bulk; a bulkId of one request is unknown in another.
func (p *probe) bulk() {
	p.acme.do("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"PATCH","path":"/Users/`+p.user+`","bulkId":"k1","data":`+
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"active","value":true}]}}]}`)
	ops := []string{
		`{"method":"DELETE","path":"/Users/` + p.user + `"}`,
		`{"method":"DELETE","path":"/Groups/` + p.group + `"}`,
		`{"method":"PATCH","path":"/Users/` + p.user + `","data":` + emptyPatch + `}`,
		`{"method":"PUT","path":"/Groups/` + p.group + `","data":{"displayName":"x"}}`,
		`{"method":"PATCH","path":"/Users/bulkId:k1","data":` + emptyPatch + `}`,
		`{"method":"DELETE","path":"/../acme/Users/` + p.user + `"}`,
	}
	for _, op := range ops {
		m := p.send(p.globex, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+op+`]}`, 200, 400, 409)
		list, _ := m["Operations"].([]any)
		for _, o := range list {
			if status := fmt.Sprint(o.(map[string]any)["status"]); status[0] != '4' {
				p.leaks++
				p.Errorf("%s: %s", op, status)
			}
		}
	}
}
