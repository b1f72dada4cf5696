package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// world is a provider over an empty store, for one tenant.
type world struct {
	*testing.T
	*engine.Provider
	tenant *scim.Tenant
}

func begin(t *testing.T, c scim.TenantConfig) *world {
	t.Helper()
	var err error
	if c.ID, err = scim.ParseTenantID("acme"); err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(c)
	if err != nil {
		t.Fatal(err)
	}
	return &world{T: t, Provider: engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), tenant: tn}
}

func (w *world) at(typ, id string) scim.Target {
	return scim.Target{Tenant: w.tenant, Type: w.tenant.Types.ByName(typ), ID: id}
}

func (w *world) create(typ, s string, args ...any) *scim.Result {
	w.Helper()
	res, err := w.Create(w.Context(), w.at(typ, ""), body(w, fmt.Sprintf(s, args...)), scim.Projection{})
	if err != nil {
		w.Fatalf("POST %s: %v", s, err)
	}
	return res
}

// doc is what a client reads.
func (w *world) doc(b []byte, err error) map[string]any {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return body(w, string(b))
}

func (w *world) get(typ, id string) map[string]any {
	w.Helper()
	res, err := w.Get(w.Context(), w.at(typ, id), scim.Projection{})
	if err != nil {
		w.Fatal(err)
	}
	return w.doc(res.Body, nil)
}

func (w *world) put(typ, id, s string) (*scim.Result, error) {
	w.Helper()
	return w.Replace(w.Context(), w.at(typ, id), body(w, s), scim.Match{}, scim.Projection{})
}

func (w *world) patch(typ, id, ops string) (*scim.Result, error) {
	w.Helper()
	b := body(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`+ops+`}`)
	return w.Patch(w.Context(), w.at(typ, id), b, scim.Match{}, scim.Projection{})
}

func (w *world) find(typ, filter string, more func(*scim.Query)) *scim.Found {
	w.Helper()
	q := scim.Query{Types: []*schema.ResourceType{w.at(typ, "").Type}, Filter: filter, HasFilter: filter != ""}
	if more != nil {
		more(&q)
	}
	found, err := w.Search(context.Background(), w.tenant, q)
	if err != nil {
		w.Fatalf("%s: %v", filter, err)
	}
	if found.Joined != nil && string(found.Joined) != string(bytes.Join(found.Resources, []byte(","))) {
		w.Errorf("%s: Joined is not the resources: %s", filter, found.Joined)
	}
	return found
}

func (w *world) ids(f *scim.Found) (out []string) {
	w.Helper()
	for _, r := range f.Resources {
		out = append(out, w.doc(r, nil)["id"].(string)) //nolint:forcetypeassert // every resource has one
	}
	return out
}

func (w *world) users(n int) (ids []string) {
	w.Helper()
	for i := range n {
		ids = append(ids, w.create("User", `{"userName":"u%03d","displayName":"User %d"}`, i, i).ID)
	}
	return ids
}

func memberList(ids []string) string {
	return `[{"value":"` + strings.Join(ids, `"},{"value":"`) + `"}]`
}

// TestLargeGroups: a group above the limit never makes a list or a write fail; only GET of it is
// refused, and says how to read the members. The group itself is never left out.
func TestLargeGroups(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{Limits: scim.Limits{MaxMembers: 5}})
	users := w.users(6)
	large := `{"displayName":"large","members":` + memberList(users) + `}`
	created := w.create("Group", "%s", large)
	w.create("Group", `{"displayName":"small","members":%s}`, memberList(users[:2]))
	w.leavesOut("POST", created.Notes, w.doc(created.Body, nil), created.ID)
	for _, b := range []string{large, strings.Replace(large, "large", "big", 1)} { // without and with effect
		res, err := w.put("Group", created.ID, b)
		if err != nil {
			t.Fatal(err)
		}
		w.leavesOut("PUT", res.Notes, w.doc(res.Body, nil), created.ID)
	}
	for _, f := range []string{"", `displayName eq "big"`, `displayName sw "b"`, `members.value eq "` + users[0] + `"`} {
		found := w.find("Group", f, nil)
		w.leavesOut(f, found.Notes, w.doc(found.Resources[0], nil), created.ID)
	}
	if two := w.doc(w.find("Group", "", nil).Resources[1], nil); len(two["members"].([]any)) != 2 {
		t.Error("the small group lost its members", two)
	}
	_, err := w.Get(t.Context(), w.at("Group", created.ID), scim.Projection{})
	var e *scim.Error
	if !errors.As(err, &e) || e.Status != 413 || e.ScimType != "" || e.Code != scim.CodeMembersTooMany ||
		!strings.Contains(e.Detail, `/Users?filter=groups.value eq "`+created.ID) || !strings.Contains(e.Detail, "excludedAttributes=members") {
		t.Errorf("%+v", e)
	}
	if res, err := w.Get(t.Context(), w.at("Group", created.ID), scim.Projection{Excluded: []string{"members"}}); err != nil || len(res.Notes) > 0 {
		t.Error(res, err)
	}
}

func (w *world) leavesOut(what string, notes []string, doc map[string]any, id string) {
	w.Helper()
	if _, shown := doc["members"]; shown || doc["displayName"] == nil || len(notes) == 0 || !strings.Contains(notes[len(notes)-1], id) {
		w.Errorf("%s: %v %q", what, doc, notes)
	}
}

// TestLongAnswers: a page that is too long loses the members of its largest groups, and no group.
func TestLongAnswers(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{Limits: scim.Limits{MaxAnswer: 3000}})
	users := w.users(20)
	var ids []string
	for _, n := range []int{2, 20, 3, 19, 0} {
		res := w.create("Group", `{"displayName":"g%d","members":%s}`, n, memberList(users[:n]))
		ids = append(ids, res.ID)
	}
	found := w.find("Group", "", nil)
	if got := w.ids(found); !slices.Equal(got, ids) {
		t.Fatal("groups are missing", got)
	}
	size := 0
	for i, r := range found.Resources {
		size += len(r)
		if _, shown := w.doc(r, nil)["members"]; shown != (i != 1 && i != 3) {
			t.Errorf("group %d: members shown: %t", i, shown)
		}
	}
	if found.Joined != nil {
		t.Error("a page of which a part is cut is not in one piece")
	}
	if size > 3000 || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], ids[1]+", "+ids[3]) {
		t.Error(size, found.Notes)
	}
	if _, err := w.Get(t.Context(), w.at("Group", ids[1]), scim.Projection{}); err == nil || scim.AsError(err).Status != 413 {
		t.Error(err)
	}
}

// TestEmptyGroup: a group without members says so, in every answer that shows members.
func TestEmptyGroup(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	g := w.create("Group", `{"displayName":"g"}`)
	list := w.find("Group", "", nil).Resources[0]
	put, err := w.put("Group", g.ID, `{"displayName":"h"}`)
	if err != nil {
		t.Fatal(err)
	}
	get, err := w.Get(t.Context(), w.at("Group", g.ID), scim.Projection{Attributes: []string{"members"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{g.Body, list, put.Body, get.Body} {
		if !strings.Contains(string(b), `"members":[]`) {
			t.Errorf("%s", b)
		}
	}
	for _, pr := range []scim.Projection{{Excluded: []string{"members"}}, {Attributes: []string{"displayName"}}} {
		if res, err := w.Get(t.Context(), w.at("Group", g.ID), pr); err != nil || strings.Contains(string(res.Body), "members") {
			t.Errorf("%s %v", res.Body, err)
		}
	}
	if u := w.create("User", `{"userName":"u"}`); strings.Contains(string(u.Body), "members") {
		t.Errorf("%s", u.Body)
	}
}

// TestMembersByPages: the members of a group, direct and through other groups, by startIndex and by
// cursor, are those whose "groups" show it.
func TestMembersByPages(t *testing.T) {
	t.Parallel()
	for _, nested := range []bool{false, true} {
		w := begin(t, scim.TenantConfig{})
		users := w.users(30)
		direct := slices.Concat(users[3:9], users[20:25])
		g := w.create("Group", `{"displayName":"g","members":%s}`, memberList(direct)).ID
		want := direct
		if nested {
			inner := w.create("Group", `{"displayName":"inner","members":%s}`, memberList(users[5:12])).ID
			if _, err := w.patch("Group", g, `[{"op":"add","path":"members","value":[{"value":"`+inner+`"}]}]`); err != nil {
				t.Fatal(err)
			}
			if _, err := w.patch("Group", inner, `[{"op":"add","path":"members","value":[{"value":"`+g+`"}]}]`); err != nil {
				t.Fatal(err) // a circle
			}
			want = slices.Concat(users[3:12], users[20:25])
		}
		for _, f := range []string{`groups.value eq "%s"`, `groups eq "%s"`, `groups[value eq "%s"]`} {
			f = fmt.Sprintf(f, g)
			var byIndex, byCursor []string
			for start := 1; start <= len(want); start += 4 {
				found := w.find("User", f, func(q *scim.Query) { q.StartIndex, q.HasStart, q.Count, q.HasCount = start, true, 4, true })
				if found.Total != len(want) {
					t.Errorf("%s: %d of %d", f, found.Total, len(want))
				}
				byIndex = append(byIndex, w.ids(found)...)
			}
			for cursor, more := "", true; more; {
				found := w.find("User", f, func(q *scim.Query) { q.Cursor, q.HasCursor, q.Count, q.HasCount = cursor, true, 4, true })
				byCursor = append(byCursor, w.ids(found)...)
				cursor, more = found.Next, found.Next != ""
			}
			if !slices.Equal(byIndex, want) || !slices.Equal(byCursor, want) {
				t.Errorf("%s, nested %t:\n%v\n%v\n%v", f, nested, byIndex, byCursor, want)
			}
			part := w.find("User", f+` and userName sw "u00"`, nil)
			if !slices.Equal(w.ids(part), slices.DeleteFunc(slices.Clone(want), func(id string) bool { return id > users[9] })) {
				t.Errorf("with another condition: %v", w.ids(part))
			}
		}
		if found := w.find("User", `groups.value eq "none"`, nil); found.Total != 0 {
			t.Error("members of no group:", found.Total)
		}
	}
}

// TestMembersCost: a page of the members reads neither the other users nor, where nothing is nested,
// the members of other pages.
func TestMembersCost(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{Limits: scim.Limits{MaxScan: 10}})
	users := w.users(60)
	g := w.create("Group", `{"displayName":"g","members":%s}`, memberList(users[10:50])).ID
	found := w.find("User", `groups.value eq "`+g+`"`, func(q *scim.Query) { q.StartIndex, q.HasStart, q.Count, q.HasCount = 31, true, 20, true })
	if found.Total != 40 || !slices.Equal(w.ids(found), users[40:50]) {
		t.Error(found.Total, w.ids(found))
	}
}

// TestSortByGroups: users are sorted by their groups; groups are not sorted by their members.
func TestSortByGroups(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	users := w.users(4)
	for i, name := range []string{"c", "a", "b"} {
		w.create("Group", `{"displayName":%q,"members":%s}`, name, memberList(users[i:i+1]))
	}
	found := w.find("User", "", func(q *scim.Query) { q.SortBy = "groups.display" })
	if got := w.ids(found); !slices.Equal(got, []string{users[1], users[2], users[0], users[3]}) {
		t.Error(got)
	}
	_, err := w.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{schema.GroupType()}, SortBy: "members.display"})
	if e := scim.AsError(err); e == nil || e.Code != scim.CodeSort {
		t.Error(err)
	}
}

// TestTooLarge: what the store cannot keep is refused with its size, and what is too long only
// because it is kept twice, to be looked up, by its name.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	for text, code := range map[string]scim.Code{
		fmt.Sprintf(`{"userName":"u","title":%q}`, strings.Repeat("x", 400<<10)):       scim.CodeResourceSize,
		fmt.Sprintf(`{"userName":%q}`, strings.Repeat("x", 250<<10)):                   scim.CodeValue,
		fmt.Sprintf(`{"userName":"v","displayName":%q}`, strings.Repeat("é", 120<<10)): scim.CodeValue,
	} {
		_, err := w.Create(t.Context(), w.at("User", ""), body(t, text), scim.Projection{})
		e := scim.AsError(err)
		if e == nil || e.Code != code || e.ScimType == "tooLarge" || code == scim.CodeValue && e.Attribute == "" {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	long := strings.Repeat("x", 70<<10)
	w.create("User", `{"userName":%q}`, long)
	if n := w.find("User", `displayName pr or userName pr`, nil).Total; n != 1 {
		t.Errorf("%d users", n)
	}
}
