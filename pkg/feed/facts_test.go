package feed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares JSON with a file.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("%s; if the change is meant, run the test with -update (-want +got):\n%s", name, d)
	}
}

// story makes one fact of each type, and more.
func story(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	ann := w.create("User", map[string]any{
		"userName": "ann@example.com", "externalId": "00u1", "password": "secret", "title": "Engineer",
		"name":                   map[string]any{"givenName": "Ann", "familyName": "Lee"},
		"emails":                 []any{map[string]any{"value": "ann@home.example"}, map[string]any{"value": "ann@example.com", "type": "work"}},
		schema.URNEnterpriseUser: map[string]any{"department": "R&D"},
	})
	bob := w.create("User", map[string]any{"userName": "bob@example.com", "active": false})
	w.patch("User", ann, "replace", "title", "Lead")
	w.patch("User", ann, "replace", schema.URNEnterpriseUser+":department", "Sales")
	w.patch("User", ann, "replace", "password", "other")
	staff := w.create("Group", map[string]any{"displayName": "Staff", "externalId": "g1", "members": members(ann)})
	w.patch("Group", staff, "replace", "displayName", "All staff")
	w.patch("Group", staff, "add", "externalId", "g2")
	w.patch("Group", staff, "add", "members", members(bob, ann))
	w.patch("User", ann, "replace", "active", false)
	w.patch("User", ann, "replace", "active", true)
	w.patch("User", ann, "replace", "active", true) // no effect
	w.replace("Group", staff, map[string]any{"displayName": "All staff", "externalId": "g2", "members": members(bob)})
	w.patch("Group", staff, "add", "members", members(ann))
	w.remove("User", ann)
	w.remove("Group", staff)
	return w
}

// TestFacts: a story, as facts. Each fits the schema of its type, and every type is in the story.
func TestFacts(t *testing.T) {
	t.Parallel()
	w := story(t)
	all := w.facts()
	for i, f := range all {
		if f.Seq != int64(i+1) || f.ID != fmt.Sprintf("acme.%d", i+1) {
			t.Errorf("fact %d has the number %d and the id %s", i+1, f.Seq, f.ID)
		}
	}
	golden(t, "facts.json", all)
	var snapshot []feed.Fact
	other := story(t)
	other.create("Group", map[string]any{"displayName": "Ops", "members": members("id-0002")})
	for f, err := range other.source.Snapshot(t.Context(), other.tenant.ID) {
		w.must(err)
		snapshot = append(snapshot, f)
	}
	golden(t, "snapshot.json", snapshot)
	fit(t, append(all, snapshot...))
}

// fit validates facts by the schemas, each by that of its type and by that of any.
func fit(t *testing.T, facts []feed.Fact) {
	t.Helper()
	schemas, seen := map[string]*jsonschema.Resolved{}, map[string]bool{}
	for _, k := range append(feed.Kinds(), feed.Kind{}) {
		b, err := json.Marshal(feed.Schema(k.Type))
		if err != nil {
			t.Fatal(err)
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		s.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}} // our own facts have nothing else
		if schemas[k.Type], err = s.Resolve(nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		seen[f.Type] = true
		for _, name := range []string{f.Type, ""} {
			if err := schemas[name].Validate(v); err != nil {
				t.Errorf("%s does not fit the schema %q: %v\n%s", f.ID, name, err, b)
			}
		}
	}
	for _, k := range feed.Kinds() {
		if !seen[k.Type] {
			t.Errorf("no fact of type %s", k.Type)
		}
	}
}

// TestSchemas: the schemas are what they were; a change of one is a change for every reader.
func TestSchemas(t *testing.T) {
	t.Parallel()
	all := map[string]any{}
	for _, k := range feed.Kinds() {
		all[k.Type] = feed.Schema(k.Type)
	}
	all["fact"] = feed.Schema("")
	golden(t, "schemas.json", all)
}

// TestOneFactPerCommit: a removal of a member of 120 groups has 121 facts, and a PUT of many members those of the difference.
func TestOneFactPerCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.create("User", map[string]any{"userName": "ann"})
	for n := range 120 {
		w.create("Group", map[string]any{"displayName": fmt.Sprint("g", n), "members": members(ann)})
	}
	before := len(w.facts())
	w.remove("User", ann)
	facts := w.facts()[before:]
	if len(facts) != 121 || facts[120].Type != feed.UserDeleted || facts[120].User.Active {
		t.Errorf("%d facts, the last one is %s", len(facts), facts[len(facts)-1].Type)
	}
	for _, f := range facts[:120] {
		if f.Type != feed.MembershipRemoved || f.Member.ID != ann || f.Cause == nil || f.Cause.ID != ann || f.Group.Name == "" {
			t.Errorf("%s %s: %v", f.ID, f.Type, f.Cause)
		}
	}
}

// TestLargeGroup: a PUT of 10,000 members emits exactly the difference.
func TestLargeGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for n := range 10_010 {
		ids = append(ids, w.create("User", map[string]any{"userName": fmt.Sprint("u", n)}))
	}
	put := func(ids []string) map[string]any {
		return map[string]any{"displayName": "all", "members": members(ids...)}
	}
	all := w.create("Group", put(ids[:10_000]))
	before, err := w.source.Last(t.Context(), w.tenant.ID)
	w.must(err)
	if want := int64(10_010 + 1 + 10_000); before != want {
		t.Errorf("the last number is %d, want %d", before, want)
	}
	w.replace("Group", all, put(append(slices.Clone(ids[7:10_000]), ids[10_000:]...)))
	facts, err := w.source.Read(t.Context(), w.tenant.ID, before, 100)
	w.must(err)
	want := []string{}
	for _, id := range ids[:7] {
		want = append(want, "membership.removed "+all+" "+id)
	}
	for _, id := range ids[10_000:] {
		want = append(want, "membership.added "+all+" "+id)
	}
	if d := cmp.Diff(want, names(facts)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestSecrets: no value that is never returned, returned on request only, or writeOnly is in a fact, wherever
// the attribute is, and none that the schemas of today do not know, or know with another type.
func TestSecrets(t *testing.T) {
	t.Parallel()
	hidden := func(name string, a schema.Attribute) *schema.Attribute { a.Name = name; return &a }
	secrets := []*schema.Attribute{
		hidden("never", schema.Attribute{Returned: schema.Never}), hidden("asked", schema.Attribute{Returned: schema.OnRequest}),
		hidden("written", schema.Attribute{Mutability: schema.WriteOnly}), hidden("shown", schema.Attribute{}),
	}
	value := func(i int) map[string]any {
		out := map[string]any{}
		for _, a := range secrets[:3] {
			out[a.Name] = fmt.Sprint("SECRET", i)
		}
		out["shown"] = fmt.Sprint("open", i)
		return out
	}
	nested := append(slices.Clone(secrets), hidden("list", schema.Attribute{Type: schema.Complex, MultiValued: true, SubAttributes: secrets}),
		hidden("one", schema.Attribute{Type: schema.Complex, SubAttributes: secrets}))
	ext := schema.NewSchema("urn:example:ext", "Ext", "", nested...)
	user := schema.UserType()
	rt := &schema.ResourceType{Name: "User", Endpoint: "/Users", Schema: user.Schema, Extensions: []schema.Extension{{Schema: ext}}}
	own := schema.NewSchema("urn:example:Device", "Device", "", append(slices.Clone(nested), hidden("displayName", schema.Attribute{}))...)
	device := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: own}
	w := newWorld(t, rt, schema.GroupType(), device)
	body := func(i int) map[string]any {
		v := value(i)
		v["list"], v["one"] = []any{value(i)}, value(i)
		return v
	}
	a := w.create("User", map[string]any{"userName": "ann", "password": "SECRET", "urn:example:ext": body(1)})
	d := w.create("Device", body(1))
	w.replace("User", a, map[string]any{"userName": "ann", "password": "SECRET2", "urn:example:ext": body(2)})
	w.replace("Device", d, body(2))
	w.remove("User", a)
	w.remove("Device", d)
	check := func(want string) {
		t.Helper()
		all, err := json.Marshal(w.facts())
		w.must(err)
		if s := string(all); strings.Contains(s, "SECRET") || strings.Count(s, "open") == 0 != (want == "") {
			t.Errorf("the facts are %s", s)
		}
	}
	check("open")
	if got := names(w.facts()); !slices.Equal(got, []string{"user.created " + a, "device.created " + d, "user.updated " + a, "device.updated " + d, "user.deleted " + a, "device.deleted " + d}) {
		t.Error(got)
	}
	w.tenant.Types.List = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	check("")
	flat := schema.NewSchema("urn:example:ext", "Ext", "", hidden("list", schema.Attribute{MultiValued: true}), hidden("one", schema.Attribute{}))
	w.tenant.Types.List[0] = &schema.ResourceType{Name: "User", Endpoint: "/Users", Schema: user.Schema, Extensions: []schema.Extension{{Schema: flat}}}
	check("")
}
