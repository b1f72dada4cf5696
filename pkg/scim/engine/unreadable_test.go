package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// unreadable are lists that are not empty, and say nothing.
var unreadable = []string{`[{}]`, `[null]`, `[{"value":""}]`, `[{"value":null,"type":"x"}]`, `[{},null,{"value":""}]`}

// TestUnreadableMembers: a list without a single member id changes nothing, whatever the verb and
// the path, and leaves a note; a strict tenant refuses it. An empty list clears the group, and a list
// with an id replaces it (L-04).
func TestUnreadableMembers(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		w := begin(t, scim.TenantConfig{Strict: strict})
		var ids []string
		for i := range 3 {
			ids = append(ids, w.create("User", `{"schemas":[%q],"userName":"u%d"}`, schema.URNUser, i).ID)
		}
		g := w.create("Group", `{"schemas":[%q],"displayName":"g","members":[{"value":%q},{"value":%q}]}`, schema.URNGroup, ids[0], ids[1]).ID
		for _, list := range append(unreadable, `[{"value":" "}]`, `[{"display":"x"}]`, `{"value":""}`) {
			for verb, do := range map[string]func() (*scim.Result, error){
				"replace": func() (*scim.Result, error) { return w.patch("Group", g, `[`+replace("members", list)+`]`) },
				"add":     func() (*scim.Result, error) { return w.patch("Group", g, `[`+add("members", list)+`]`) },
				"replace, no path": func() (*scim.Result, error) {
					return w.patch("Group", g, `[{"op":"replace","value":{"members":`+list+`}}]`)
				},
				"replace, URN": func() (*scim.Result, error) {
					return w.patch("Group", g, `[`+replace(schema.URNGroup+":members", list)+`]`)
				},
				"PUT": func() (*scim.Result, error) {
					return w.put("Group", g, fmt.Sprintf(`{"schemas":[%q],"displayName":"g","members":%s}`, schema.URNGroup, list))
				},
			} {
				res, err := do()
				w.memberIDs(g, ids[0], ids[1])
				if strict && (err == nil || scim.AsError(err).Status != 400) || !strict && (err != nil || res.Changed || !strings.Contains(fmt.Sprint(res.Notes), "member")) {
					t.Errorf("strict %t, %s %s: %+v %v", strict, verb, list, res, err)
				}
			}
		}
		if strict {
			continue
		}
		for _, c := range []struct {
			list string
			want []string
		}{
			{`[{"value":"` + ids[2] + `"},{}]`, ids[2:]}, {`[null,{"value":"` + ids[0] + `"},{"value":"` + ids[1] + `"}]`, ids[:2]}, {`[]`, nil}, {`[{"value":"` + ids[1] + `"},{"display":"x"}]`, ids[1:2]}, {`null`, nil},
		} {
			res, err := w.patch("Group", g, `[`+replace("members", c.list)+`]`)
			w.memberIDs(g, c.want...)
			if err != nil || len(c.want) > 0 && len(res.Notes) == 0 {
				t.Errorf("%s: %+v %v", c.list, res, err)
			}
		}
	}
}

// TestUnreadableLists: the same for every other list: of the core schema, of an extension, of simple
// values (T-24, A-19).
func TestUnreadableLists(t *testing.T) {
	t.Parallel()
	const state = `"emails":[{"value":"a@x.example"}],"roles":[{"value":"r"}],"` + urnBadge + `":{"free":["a"],"passes":[{"value":"p"}]}`
	body := func(s string) string {
		return fmt.Sprintf(`{"schemas":[%q,%q],"userName":"u",%s}`, schema.URNUser, urnBadge, s)
	}
	for _, strict := range []bool{false, true} {
		w := badge(t, scim.TenantConfig{Strict: strict})
		id := w.create("User", "%s", body(state)).ID
		for _, attr := range []string{"emails", "roles", urnBadge + ":passes", urnBadge + ":free"} {
			lists := unreadable
			was := map[string]string{"emails": `[{"value":"a@x.example"}]`, "roles": `[{"value":"r"}]`, urnBadge + ":passes": `[{"value":"p"}]`, urnBadge + ":free": `["a"]`}[attr]
			name := strings.TrimPrefix(attr, urnBadge+":")
			if name == "free" {
				lists = []string{`[""]`, `[null]`, `["",null]`}
			}
			for _, list := range lists {
				put := strings.Replace(state, `"`+name+`":`+was, `"`+name+`":`+list, 1)
				for verb, do := range map[string]func() (*scim.Result, error){
					"replace": func() (*scim.Result, error) { return w.patch("User", id, `[`+replace(attr, list)+`]`) },
					"add":     func() (*scim.Result, error) { return w.patch("User", id, `[`+add(attr, list)+`]`) },
					"replace, no path": func() (*scim.Result, error) {
						return w.patch("User", id, `[{"op":"replace","value":{"`+attr+`":`+list+`}}]`)
					},
					"PUT": func() (*scim.Result, error) { return w.put("User", id, body(put)) },
				} {
					res, err := do()
					if !strict && (err != nil || res.Changed || len(res.Notes) == 0) || strict && (list == `[{}]` || list == `[null]`) && err == nil {
						t.Errorf("strict %t, %s %s %s: %+v %v", strict, verb, attr, list, res, err)
					}
				}
			}
			if _, err := w.patch("User", id, `[`+replace(attr, `[]`)+`]`); !strict && (err != nil || strings.Contains(fmt.Sprint(w.get("User", id)), name)) {
				t.Errorf("%s: [] did not unassign it: %v", attr, err)
			}
			if _, err := w.patch("User", id, `[`+replace(attr, was)+`]`); err != nil {
				t.Fatal(err)
			}
		}
	}
}
