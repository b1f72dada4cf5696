package suite_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// two resources that have had one value since before it was unique stay as they are, and every other change of them works: above
// all a leaver leaves. No further one gets the value.
func TestDoubled(t *testing.T) {
	t.Parallel()
	all := map[string]func(*testing.T) scim.Store{"sqlite": func(t *testing.T) scim.Store { t.Helper(); return sqltest.SQLite(t).Store() }}
	for name, open := range stores {
		all[name] = open
	}
	for name, open := range all {
		for _, patched := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, PATCH %t", name, patched), func(t *testing.T) {
				t.Parallel()
				s := apptest.Start(t, open(t))
				base, token := s.Tenant(t, "acme", func(st *tenant.Settings) { st.SharedGroupNames = true })
				c := apptest.Client{Base: base, Token: token}
				made := func(path, body string) string {
					t.Helper()
					_, text := c.Send(t, http.MethodPost, path, body)
					var r struct{ ID string }
					if err := json.Unmarshal([]byte(text), &r); err != nil || r.ID == "" {
						t.Fatal(text, err)
					}
					return r.ID
				}
				var users, groups [2]string
				for i := range users {
					users[i] = made("/Users", fmt.Sprintf(`{"userName":"u%d","externalId":"x"}`, i))
					groups[i] = made("/Groups", fmt.Sprintf(`{"displayName":"admins","members":[{"value":%q}]}`, users[i]))
				}
				s.Tenant(t, "acme", func(st *tenant.Settings) { st.UniqueExternalID = true })
				c.Token = s.Token(t, "acme", scim.All, "")
				patch := func(path, op string) {
					t.Helper()
					status, text := c.Send(t, http.MethodPatch, path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+op+`]}`)
					if status/100 != 2 {
						t.Errorf("PATCH %s: %d %s", path, status, text)
					}
				}
				for range 2 { // once more: what is stored now is no obstacle either
					for i, id := range users {
						for _, active := range []string{"false", "true", "false"} {
							if patched {
								patch("/Users/"+id, `{"op":"replace","path":"active","value":`+active+`}`)
							} else {
								c.Wants(t, http.StatusOK, "", "PUT /Users/"+id, fmt.Sprintf(`{"userName":"u%d","externalId":"x","active":%s}`, i, active))
							}
							c.Wants(t, http.StatusOK, `"active":`+active, "GET /Users/"+id, "")
						}
					}
				}
				for i, id := range groups {
					patch("/Groups/"+id, `{"op":"replace","path":"externalId","value":"g`+fmt.Sprint(i)+`"},{"op":"remove","path":"members"}`)
					if _, text := c.Send(t, http.MethodGet, "/Groups/"+id, ""); strings.Contains(text, users[i]) {
						t.Error(text)
					}
				}
				c.Wants(t, http.StatusConflict, "externalId", "POST /Users", `{"userName":"u2","externalId":"x"}`)
				c.Wants(t, http.StatusConflict, "displayName", "POST /Groups", `{"displayName":"admins"}`)
				third := made("/Users", `{"userName":"u3","externalId":"y"}`)
				c.Wants(t, http.StatusConflict, "externalId", "PUT /Users/"+third, `{"userName":"u3","externalId":"x"}`)
				c.Wants(t, http.StatusConflict, "userName", "PUT /Users/"+users[0], `{"userName":"u1","externalId":"x"}`)

				// The second one that leaves, or gets a value of its own, takes the value away from no other.
				c.Wants(t, http.StatusOK, `"totalResults":2`, "GET /Users?filter=externalId+eq+%22x%22", "")
				patch("/Users/"+users[1], `{"op":"replace","path":"externalId","value":"z"}`)
				c.Wants(t, http.StatusOK, `"totalResults":1`, "GET /Users?filter=externalId+eq+%22x%22", "")
				c.Wants(t, http.StatusConflict, "externalId", "POST /Users", `{"userName":"u4","externalId":"x"}`)
				c.Wants(t, http.StatusConflict, "externalId", "POST /Users", `{"userName":"u4","externalId":"z"}`)
				c.Wants(t, http.StatusNoContent, "", "DELETE /Groups/"+groups[1], "")
				c.Wants(t, http.StatusConflict, "displayName", "POST /Groups", `{"displayName":"admins"}`)
				c.Wants(t, http.StatusNoContent, "", "DELETE /Users/"+users[0], "")
				made("/Users", `{"userName":"u5","externalId":"x"}`)
				c.Wants(t, http.StatusConflict, "externalId", "POST /Users", `{"userName":"u6","externalId":"x"}`)
			})
		}
	}
}
