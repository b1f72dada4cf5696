package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestMemberHints: type and $ref of a member never refuse a write of a tolerant tenant, and leave a
// note where they contradict; a strict one insists.
func TestMemberHints(t *testing.T) {
	t.Parallel()
	for hint, noted := range map[string]bool{
		`"type":"value"`: true, `"type":"direct"`: true, `"type":"Group"`: true, `"type":"USER"`: false, `"type":""`: true, `"type":null`: false,
		`"$ref":"https://x/acme/Users/ID/"`: false, `"$ref":"https://other/scim/Users/ID?x=/y"`: false, `"$ref":"https://x/acme/Users/ID#f"`: false,
		`"$ref":"https://x/acme/Users/other"`: true, `"$ref":null`: false,
	} {
		for _, strict := range []bool{false, true} {
			w := begin(t, scim.TenantConfig{Strict: strict})
			schemas := `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
			u := w.create("User", `{%s"userName":"u"}`, schemas).ID
			schemas = strings.Replace(schemas, "User", "Group", 1)
			g := w.create("Group", `{%s"displayName":"g"}`, schemas).ID
			member := `{"value":"` + u + `",` + strings.ReplaceAll(hint, "ID", u) + `}`
			full := `{` + schemas + `"displayName":"g","members":[` + member + `]}`
			put, putErr := w.put("Group", g, full)
			if strict {
				if noted && scim.AsError(putErr) == nil {
					t.Errorf("strict: %s was taken", hint)
				}
				continue
			}
			if putErr != nil || noted != (len(put.Notes) == 1) {
				t.Errorf("PUT %s: %v", hint, putErr)
			}
			created, err := w.Create(t.Context(), w.at("Group", ""), body(t, strings.Replace(full, `"g"`, `"h"`, 1)), scim.Projection{})
			if err != nil || noted != (len(created.Notes) == 1) {
				t.Errorf("POST %s: %v", hint, err)
			}
			w.memberIDs(g, u)
			w.memberIDs(created.ID, u)
		}
	}
}

func (w *world) memberIDs(g string, want ...string) {
	w.Helper()
	list, _ := w.get("Group", g)["members"].([]any)
	got := []string{}
	for _, m := range list {
		got = append(got, m.(map[string]any)["value"].(string)) //nolint:forcetypeassert // of our own answer
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		w.Errorf("members %v, want %v", got, want)
	}
}

// TestMemberElements: a filter selects the same members in a PATCH path as in a search.
func TestMemberElements(t *testing.T) {
	t.Parallel()
	for f, want := range map[string]bool{
		`$ref ew "U0"`: true, `$ref eq "https://x/acme/Users/U0"`: true, `$ref pr`: true, `not ($ref pr)`: false, `not ($ref co "U0")`: true,
		`value eq "U0" and $ref pr`: true, `display eq "User 1"`: true, `type eq "User"`: true, `not (type pr)`: false, `display pr`: true, `value sw "zzz"`: false,
	} {
		w := begin(t, scim.TenantConfig{})
		users := w.users(2)
		f = strings.ReplaceAll(f, "U0", users[0])
		g := w.create("Group", `{"displayName":"g","members":%s}`, memberList(users)).ID
		before := w.find("Group", "members["+f+"]", nil).Total == 1
		res, err := w.patch("Group", g, `[{"op":"remove","path":"members[`+strings.ReplaceAll(f, `"`, `\"`)+`]"}]`)
		if err != nil {
			t.Fatal(f, err)
		}
		left, _ := w.get("Group", g)["members"].([]any)
		if before != want || before != res.Changed || before != (len(left) < 2) || w.find("Group", "members["+f+"]", nil).Total != 0 {
			t.Errorf("%s: found %t, changed %t, left %v", f, before, res.Changed, left)
		}
	}
}

// TestMemberRenamed: the display of a member is its name of now, in answers, filters and paths, and
// also where it joined after the rename.
func TestMemberRenamed(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	u := w.create("User", `{"userName":"old"}`).ID
	g := w.create("Group", `{"displayName":"g","members":%s}`, memberList([]string{u})).ID
	if _, err := w.patch("User", u, `[{"op":"replace","path":"displayName","value":"New"}]`); err != nil {
		t.Fatal(err)
	}
	h := w.create("Group", `{"displayName":"h","members":%s}`, memberList([]string{u})).ID
	for _, id := range []string{g, h} {
		if m := w.get("Group", id)["members"].([]any)[0].(map[string]any); m["display"] != "New" { //nolint:forcetypeassert // of our own answer
			t.Errorf("%v", m)
		}
	}
	if n := w.find("Group", `members.display eq "new"`, nil).Total; n != 2 {
		t.Errorf("%d groups of the new name", n)
	}
	if n := w.find("Group", `members.display eq "old"`, nil).Total; n != 0 {
		t.Errorf("%d groups of the old name", n)
	}
	if _, err := w.patch("Group", g, `[{"op":"remove","path":"members[display eq \"New\"]"}]`); err != nil {
		t.Fatal(err)
	}
	w.memberIDs(g)
}
