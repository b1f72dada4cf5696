package dialect_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func decode(t testing.TB, text string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(text), 20)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

const ent = schema.URNEnterpriseUser

// TestRewrite: how each rewriting changes a body.
func TestRewrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patch         bool
		in, want      string
		notes         []string
		withoutChange bool
	}{
		"nothing to do":            {in: `{"schemas":["` + schema.URNUser + `"],"userName":"a","` + ent + `":{"manager":{"value":"m"}}}`, withoutChange: true},
		"op":                       {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"Replace","path":"title","value":"x"}]}`, want: `{"schemas":["P"],"Operations":[{"op":"replace","path":"title","value":"x"}]}`, notes: []string{`op "Replace" was read as replace`}},
		"op in capitals, keys too": {patch: true, in: `{"schemas":["P"],"operations":[{"OP":"ADD","path":"title","value":"x"}]}`, want: `{"schemas":["P"],"operations":[{"OP":"add","path":"title","value":"x"}]}`, notes: []string{`op "ADD" was read as add`}},
		"no op":                    {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"explode"},5]}`, withoutChange: true},
		"envelope":                 {patch: true, in: `{"Operations":[{"op":"remove","path":"title"}]}`, want: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"title"}]}`, notes: []string{"schemas is missing; the body was read as a PatchOp"}},
		"not a PATCH body":         {patch: true, in: `{"title":"x"}`, withoutChange: true},
		"legacy container": {in: `{"schemas":["urn:scim:schemas:core:1.0","URN:scim:schemas:extension:enterprise:2.0"],"urn:scim:schemas:extension:enterprise:2.0":{"department":"D"}}`,
			want:  `{"schemas":["` + schema.URNUser + `","` + ent + `"],"` + ent + `":{"department":"D"}}`,
			notes: []string{`schema "urn:scim:schemas:core:1.0" was read as ` + schema.URNUser, `schema "urn:scim:schemas:extension:enterprise:2.0" was read as ` + ent}},
		"legacy container beside RFC 7643's": {in: `{"urn:scim:schemas:extension:enterprise:1.0":{"department":"old","division":"V"},"` + ent + `":{"department":"D"}}`,
			want: `{"` + ent + `":{"department":"D","division":"V"}}`, notes: []string{`schema "urn:scim:schemas:extension:enterprise:1.0" was read as ` + ent}},
		"legacy path": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","path":"urn:scim:schemas:extension:enterprise:2.0:User:manager.value","value":"m"}]}`,
			want: `{"schemas":["P"],"Operations":[{"op":"add","path":"` + ent + `:manager.value","value":"m"}]}`, notes: []string{`schema "urn:scim:schemas:extension:enterprise:2.0:user" was read as ` + ent}},
		"not a legacy path": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","path":"urn:scim:schemas:extension:enterprise:2.00","value":"m"}]}`, withoutChange: true},
		"managerId":         {in: `{"` + ent + `":{"managerId":"m"}}`, want: `{"` + ent + `":{"manager.value":"m"}}`, notes: []string{"managerId was read as manager.value"}},
		"managerId inside manager": {in: `{"manager":{"managerId":"m"},"` + ent + `":{"manager":{"ManagerID":"m"}}}`,
			want: `{"manager":{"value":"m"},"` + ent + `":{"manager":{"value":"m"}}}`, notes: []string{"managerId was read as manager.value"}},
		"managerId in a key": {in: `{"` + ent + `:managerId":"m"}`, want: `{"` + ent + `:manager.value":"m"}`, notes: []string{"managerId was read as manager.value"}},
		"managerId in paths and values": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","path":"` + ent + `:managerId","value":"m"},{"op":"add","path":"manager.managerId","value":"m"},{"op":"add","path":"` + ent + `","value":{"manager":{"managerId":"m"}}}]}`,
			want:  `{"schemas":["P"],"Operations":[{"op":"add","path":"` + ent + `:manager.value","value":"m"},{"op":"add","path":"manager.value","value":"m"},{"op":"add","path":"` + ent + `","value":{"manager":{"value":"m"}}}]}`,
			notes: []string{"managerId was read as manager.value"}},
		"value beside managerId stays": {in: `{"manager":{"managerId":"old","value":"m"}}`, want: `{"manager":{"value":"m"}}`, notes: []string{"managerId was read as manager.value"}},
		"packed": {in: `{"roles":[{"value":"{\"id\":\"1\",\"value\":\"v\",\"displayName\":\"D\"}","type":"t"},"{\"value\":\"w\"}"]}`,
			want: `{"roles":[{"value":"v","display":"D","type":"t"},{"value":"w"}]}`, notes: []string{"roles: JSON in a string was read as an object"}},
		"packed without a value": {in: `{"roles":[{"value":"{\"id\":\"1\"}"},{"value":"{no JSON}"}]}`, withoutChange: true},
		"packed under keys with a filter": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","value":{"roles[primary eq true].value":"{\"value\":\"v\",\"displayName\":\"D\"}","roles[type eq \"t\"]":"{\"value\":\"w\"}","roles[type eq \"u\"].display":"{\"value\":\"w\"}"}}]}`,
			want:  `{"schemas":["P"],"Operations":[{"op":"add","value":{"roles[primary eq true]":{"value":"v","display":"D"},"roles[type eq \"t\"]":{"value":"w"},"roles[type eq \"u\"].display":"{\"value\":\"w\"}"}}]}`,
			notes: []string{"roles: JSON in a string was read as an object"}},
		"legacy URN with the name of the type": {in: `{"schemas":["urn:scim:schemas:core:2.0:User"],"URN:scim:schemas:core:2.0:USER:title":"T","urn:scim:schemas:core:1.0:User.nickName":"N","urn:scim:schemas:core:2.0:Users:title":"T"}`,
			want:  `{"schemas":["` + schema.URNUser + `"],"` + schema.URNUser + `:title":"T","` + schema.URNUser + `:nickName":"N","` + schema.URNUser + `:Users:title":"T"}`,
			notes: []string{`schema "urn:scim:schemas:core:2.0:User" was read as ` + schema.URNUser, `schema "urn:scim:schemas:core:1.0:User" was read as ` + schema.URNUser, `schema "urn:scim:schemas:core:2.0" was read as ` + schema.URNUser}},
		"packed with blanks, and lists in lists": {in: `{"roles":[" {\"value\":\"a\"}\n","[{\"value\":\"b\"},{\"value\":\"c\",\"displayName\":\"C\"}]",{"value":"[{\"value\":\"d\"}]","type":"t"},"[{\"value\":\"e\"}]","[no JSON]",["{\"value\":\"f\"}"]],"entitlements":"\t[\"x\", \"y\"]"}`,
			want:  `{"roles":[{"value":"a"},{"value":"b"},{"value":"c","display":"C"},{"value":"d","type":"t"},{"value":"e"},"[no JSON]",["{\"value\":\"f\"}"]],"entitlements":["x","y"]}`,
			notes: []string{"entitlements: JSON in a string was read as an object", "roles: JSON in a string was read as an object"}},
		"packed list of one after a filter": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","path":"roles[primary eq true].value","value":"[{\"value\":\"v\"}]"}]}`,
			want: `{"schemas":["P"],"Operations":[{"op":"add","path":"roles[primary eq true]","value":{"value":"v"}}]}`, notes: []string{"roles: JSON in a string was read as an object"}},
		"a packed list of nothing": {in: `{"roles":" [ ] ","entitlements":["[]"],"manager":"[]"}`, want: `{"roles":[],"entitlements":[],"manager":[]}`,
			notes: []string{"entitlements: JSON in a string was read as an object", "manager: JSON in a string was read as an object", "roles: JSON in a string was read as an object"}},
		"packed manager": {in: `{"` + ent + `":{"manager":"{\"managerId\":\"m\",\"value\":\"w\"}"},"` + ent + `:manager":{"value":"{\"value\":\"v\"}"},"manager":"{no JSON}","name":"{\"value\":\"v\"}"}`,
			want:  `{"` + ent + `":{"manager":{"value":"w"}},"` + ent + `:manager":{"value":"v"},"manager":"{no JSON}","name":"{\"value\":\"v\"}"}`,
			notes: []string{"manager: JSON in a string was read as an object", ent + ":manager: JSON in a string was read as an object"}},
		"packed manager in a PATCH": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","path":"` + ent + `:manager","value":"{\"$ref\":\"../Users/m\"}"},{"op":"add","path":"manager","value":["{\"value\":\"m\"}"]}]}`,
			want:  `{"schemas":["P"],"Operations":[{"op":"add","path":"` + ent + `:manager","value":{"$ref":"../Users/m"}},{"op":"add","path":"manager","value":[{"value":"m"}]}]}`,
			notes: []string{ent + ":manager: JSON in a string was read as an object", "manager: JSON in a string was read as an object"}},
		"a user has no members to unpack": {in: `{"members":[{"value":"{\"value\":\"v\"}"}]}`, withoutChange: true},
		"managerId of no object":          {in: `{"managerId":"m"}`, want: `{"manager.value":"m"}`, notes: []string{"managerId was read as manager.value"}},
		"managerId under a key of a manager": {in: `{"` + ent + `:manager":{"managerId":"m"}}`,
			want: `{"` + ent + `:manager":{"value":"m"}}`, notes: []string{"managerId was read as manager.value"}},
		"managerId of a listed manager": {in: `{"` + ent + `":{"manager":[{"managerId":"m"}]}}`,
			want: `{"` + ent + `":{"manager":[{"value":"m"}]}}`, notes: []string{"managerId was read as manager.value"}},
		"managerId without a path": {patch: true, in: `{"schemas":["P"],"Operations":[{"op":"add","value":{"manager.managerId":"m"}},{"op":"add","path":" manager ","value":[{"managerId":"m"}]}]}`,
			want:  `{"schemas":["P"],"Operations":[{"op":"add","value":{"manager.value":"m"}},{"op":"add","path":" manager ","value":[{"value":"m"}]}]}`,
			notes: []string{"managerId was read as manager.value"}},
		"no managerId": {in: `{"` + ent + `:notManagerId":"m","lineManager":{"managerId":"m"}}`, withoutChange: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.withoutChange {
				c.want = c.in
			}
			got := decode(t, c.in)
			notes := dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), c.patch, got)
			if d := cmp.Diff(decode(t, c.want), got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.notes, notes); d != "" {
				t.Error(d)
			}
			strict := decode(t, c.in)
			if notes := dialect.Standard().Normalise(strictTenant(t), schema.UserType(), c.patch, strict); notes != nil || !cmp.Equal(strict, decode(t, c.in)) {
				t.Errorf("strict: %v %v", notes, strict)
			}
		})
	}
}

// TestNotes: the scenarios of every normaliser leave its note, and no note in a strict tenant.
func TestNotes(t *testing.T) {
	t.Parallel()
	all := scenarios(t)
	for _, n := range dialect.Standard().Normalisers() {
		t.Run(n.Name, func(t *testing.T) {
			t.Parallel()
			if n.Note == "" {
				t.Skip("filters leave no notes: nothing is written")
			}
			pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(n.Note), "…", ".+") + "$")
			found := false
			for _, s := range all {
				if !slices.ContainsFunc(s.Quirks, func(q string) bool { return slices.Contains(n.Quirks, q) }) {
					continue
				}
				notes, err := play(t, dialect.Standard(), s, nil)
				if err != nil {
					t.Fatal(err)
				}
				found = found || slices.ContainsFunc(notes, pattern.MatchString)
				notes, _ = play(t, dialect.Standard(), s, func(st *tenant.Settings) { st.Strict = true })
				if slices.ContainsFunc(notes, pattern.MatchString) {
					t.Errorf("%s: strict: %q", s.ID, notes)
				}
			}
			if !found {
				t.Errorf("no scenario of %v notes %q", n.Quirks, n.Note)
			}
		})
	}
}

// TestNoValues: no note contains attribute values.
func TestNoValues(t *testing.T) {
	t.Parallel()
	marked := func(text string) map[string]any { return decode(t, strings.ReplaceAll(text, "%", "hunter2")) }
	for _, c := range []struct {
		patch bool
		in    string
	}{
		{false, `{"userName":"%","manager":{"managerId":"%"},"roles":["{\"value\":\"%\"}"],"urn:scim:schemas:extension:enterprise:1.0":{"department":"%"}}`},
		{true, `{"Operations":[{"op":"%","path":"roles[value eq \"%\"]","value":["{\"value\":\"%\"}"]},{"op":"Add","value":{"urn:scim:schemas:extension:enterprise:1.0:%":"%"}}]}`},
	} {
		notes := dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), c.patch, marked(c.in))
		if len(notes) == 0 || strings.Contains(strings.Join(notes, "\n"), "hunter2") {
			t.Errorf("%q", notes)
		}
	}
}

// TestCost: a body without quirks costs no allocation.
func TestCost(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	user := decode(t, `{"schemas":["`+schema.URNUser+`","`+ent+`"],"externalId":"e","userName":"a","name":{"givenName":"A","familyName":"B"},"active":true,
		"emails":[{"value":"a@x.example","type":"work","primary":true}],"roles":[],"`+ent+`":{"department":"D","manager":{"value":"m"}}}`)
	change := decode(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false},
		{"op":"replace","value":{"name.givenName":"A","`+ent+`:department":"D"}},{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"}]}]}`)
	p, tn, rt := dialect.Standard(), &scim.Tenant{}, schema.UserType()
	for patch, body := range map[bool]map[string]any{false: user, true: change} {
		if n := testing.AllocsPerRun(100, func() { p.Normalise(tn, rt, patch, body) }); n > 0 {
			t.Errorf("patch %t: %v allocations", patch, n)
		}
	}
}

func BenchmarkNothingToDo(b *testing.B) {
	body := decode(b, `{"schemas":["`+schema.URNUser+`"],"externalId":"e","userName":"a","name":{"givenName":"A","familyName":"B"},"active":true,"emails":[{"value":"a@x.example","type":"work","primary":true}]}`)
	p, tn, rt := dialect.Standard(), &scim.Tenant{}, schema.UserType()
	b.ReportAllocs()
	for b.Loop() {
		p.Normalise(tn, rt, false, body)
	}
}

// FuzzNormalise: any body is rewritten without a panic, and the result is JSON. Without any
// normaliser, nothing is changed.
func FuzzNormalise(f *testing.F) {
	f.Add(true, `{"Operations":[{"op":"Add","path":"urn:scim:schemas:extension:enterprise:1.0.managerId","value":["{\"value\":1}"]}]}`)
	f.Add(false, `{"schemas":["urn:scim:schemas:core:2.0"],"manager":{"managerId":{"managerId":1}},"urn:scim:schemas:core:1.0":{"managerID":[]}}`)
	f.Add(true, `{"Operations":[{"op":"add","path":"roles[primary eq true].value","value":"{\"value\":\"[]\"}"},{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"roles":"[{\"displayName\":1}]"}}}]}`)
	f.Fuzz(func(t *testing.T, patch bool, text string) {
		body, err := schema.DecodeJSON([]byte(text), 20)
		if err != nil {
			return
		}
		before := string(schema.AppendValue(nil, body))
		none := dialect.Standard()
		for _, n := range none.Normalisers() {
			none = none.Without(n.Name)
		}
		if none.Normalise(&scim.Tenant{}, schema.UserType(), patch, body); string(schema.AppendValue(nil, body)) != before {
			t.Errorf("%s became %s", before, schema.AppendValue(nil, body))
		}
		dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), patch, body)
		if _, err := schema.DecodeJSON(schema.AppendValue(nil, body), 30); err != nil {
			t.Errorf("%s became %s: %v", before, schema.AppendValue(nil, body), err)
		}
	})
}

func strictTenant(t *testing.T) *scim.Tenant {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	return tn
}

// TestPackedForms: an app role is read alike in every form and place (ENTRA-13).
func TestPackedForms(t *testing.T) {
	t.Parallel()
	const (
		object = `{"value":"Admin","displayName":"Administrator"}`
		text   = `"{\"id\":\"1\",\"VALUE\":\"Admin\",\"displayName\":\"Administrator\",\"primary\":true}"`
	)
	for _, form := range []string{object, `[` + object + `]`, text, `[` + text + `]`, `{"value":` + text + `}`, `[{"Value":` + text + `}]`, `"[{\"value\":\"Admin\",\"displayname\":\"Administrator\"}]"`} {
		for place, in := range map[string]string{
			"body": `{"userName":"u","roles":%}`, "container": `{"userName":"u","` + schema.URNUser + `":{"Roles":%}}`,
			"path": `{"Operations":[{"op":"add","path":"roles","value":%}]}`, "URN": `{"Operations":[{"op":"add","path":"` + schema.URNUser + `:roles","value":%}]}`,
			"no path": `{"Operations":[{"op":"add","value":{"roles":%}}]}`, "remove": `{"Operations":[{"op":"remove","path":"roles","value":%}]}`,
		} {
			body := decode(t, strings.ReplaceAll(in, "%", form))
			dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), place != "body" && place != "container", body)
			got := string(schema.AppendValue(nil, body))
			if !strings.Contains(got, `"display":"Administrator"`) || !strings.Contains(got, `"value":"Admin"`) || strings.Contains(got, `\"`) || strings.Contains(got, `"id"`) {
				t.Errorf("%s in a %s: %s", form, place, got)
			}
		}
	}
	for in, want := range map[string]string{
		`{"op":"replace","path":"emails[value eq \"a\"]","value":"{\"type\":\"home\",\"value\":\"b\"}"}`:          `{"op":"replace","path":"emails[value eq \"a\"]","value":{"type":"home","value":"b"}}`,
		`{"op":"replace","path":"emails[value eq \"a\"]","value":"{\"type\":\"home\"}"}`:                          `{"op":"replace","path":"emails[value eq \"a\"]","value":{"type":"home"}}`,
		`{"op":"replace","path":"emails[value eq \"a\"]","value":["{\"type\":\"home\"}"]}`:                        `{"op":"replace","path":"emails[value eq \"a\"]","value":[{"type":"home"}]}`,
		`{"op":"replace","path":"roles[primary eq \"True\"].value","value":"{\"value\":\"b\"}"}`:                  `{"op":"replace","path":"roles[primary eq \"True\"]","value":{"value":"b"}}`,
		`{"op":"replace","path":"roles[primary eq \"True\"].display","value":"{\"value\":\"b\"}"}`:                "",
		`{"op":"replace","path":"title","value":"{\"value\":\"b\"}"}`:                                             "",
		`{"op":"replace","path":"roles","value":"{no JSON}"}`:                                                     "",
		`{"op":"replace","path":"roles","value":"[1]"}`:                                                           "",
		`{"op":"replace","path":"roles","value":"{\"foo\":\"b\"}"}`:                                               "",
		`{"op":"replace","path":"` + ent + `:manager","value":{"value":"m","displayName":"M"}}`:                   "",
		`{"op":"replace","path":"` + schema.URNUser + `","value":{"roles":["{\"value\":\"b\",\"type\":\"t\"}"]}}`: `{"op":"replace","path":"` + schema.URNUser + `","value":{"roles":[{"value":"b","type":"t"}]}}`,
	} {
		if want == "" {
			want = in
		}
		head := `{"schemas":["P"],"Operations":[`
		body := decode(t, head+in+`]}`)
		dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), true, body)
		if d := cmp.Diff(decode(t, head+want+`]}`), body); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
}
