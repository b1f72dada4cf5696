package mcp_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestTimelineOfOwnType: a person whose account is of the tenant's own type, with the schema of users, is found by name, address and
// id. That there is no account is said only where none is.
func TestTimelineOfOwnType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.company(everything)
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	contractor := *schema.UserType()
	contractor.Name, contractor.Endpoint = "Contractor", "/Staff"
	text, kept := tenant.NewToken(acme, everything)
	w.tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, Types: []*schema.ResourceType{schema.UserType(), schema.GroupType(), &contractor}}, Tokens: []tenant.Token{kept}})
	w.pass(2 * time.Minute) // longer than tenants are cached
	made := w.send(text, "POST", "/Staff", `{"userName":"con","emails":[{"value":"con@example.com"}]}`)
	w.made(made)
	var con struct{ ID string }
	if err := json.Unmarshal(made.Body.Bytes(), &con); err != nil {
		t.Fatal(err)
	}
	principal, found, err := w.auth.Authenticate(t.Context(), "", text)
	if err != nil {
		t.Fatal(err)
	}
	s := w.connect(mcp.Caller{Principal: principal, Tenant: found}, nil)
	for _, args := range []object{{"userName": "con"}, {"email": "con@example.com"}, {"userId": con.ID}} {
		a := w.call(s, "person_timeline", args)
		if b, err := json.Marshal(a.Result); a.Error != nil || err != nil || !strings.Contains(string(b), `"operation":"create"`) || !strings.Contains(string(b), `"type":"Contractor"`) {
			t.Errorf("%v: %+v %s", args, a.Error, b)
		}
	}
	if a := w.call(s, "person_timeline", object{"userName": "stranger"}); a.Error == nil || a.Error.Code != "not_found" {
		t.Errorf("%+v", a)
	}
}
