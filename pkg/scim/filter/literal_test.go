package filter_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestLiteralTypes: in tolerant mode the type of the attribute decides what a value means; strict
// mode has the literals of JSON (F-12).
func TestLiteralTypes(t *testing.T) {
	t.Parallel()
	d := doc(t, `{"userName":"12345","externalId":"TRUE","title":"null","nickName":"o'brien","displayName":"it's \"x\"","locale":"-5","timezone":"1e5",
		"emails":[{"value":"jj1@corp.example","type":"work"}],"profileUrl":"777","meta":{"created":"2024-01-01T00:00:00.000Z"},"active":true}`)
	for in, want := range map[string]bool{
		`userName eq 12345`: true, `userName sw 123`: true, `userName ew 45`: true, `userName co 9`: false, `userName ne 12345`: false, `userName gt 12344`: true, `userName eq 12346`: false,
		`externalId eq TRUE`: true, `externalId eq true`: false, `title eq null`: true, `title sw null`: true, `title ne null`: true, `userName eq null`: false, `userName ne null`: true,
		`nickName eq o'brien`: true, `nickName eq 'o'brien'`: true, `nickName eq 'o''brien'`: true, `nickName eq 'o\'brien'`: true, `(nickName eq 'o'brien')`: true,
		`displayName eq 'it's "x"'`: true, `locale eq -5`: true, `timezone eq 1e5`: true, `timezone eq 100000`: false, `profileUrl eq 777`: true,
		`emails[value eq 'jj1@corp.example']`: true, `emails[type eq 'work' and value sw 'jj']`: true, `emails.value eq 'jj2@corp.example'`: false,
		`meta.created eq "2024-01-01"`: true, `meta.created lt 2024-01-02`: true, `meta.created gt '2023-12-31T23:59:59Z'`: true, `active eq 'True'`: true, `active eq True`: true,
		`active[value eq "True"]`: true, `active[value eq false]`: false, `title[value eq null]`: true, `userName[value sw 123]`: true, `userType[value eq "x"]`: false,
	} {
		e, err := filter.Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		f, err := filter.Compile(e, schema.UserType())
		if err != nil || f.Match(d) != want {
			t.Errorf("%s: %v, want %v", in, err, want)
		}
		again, err := filter.Parse(e.String())
		if err != nil || cmp.Diff(e, again) != "" {
			t.Errorf("%s prints %s: %v", in, e, err)
		}
	}
	for _, in := range []string{`nickName eq 'a`, `nickName eq '`, `nickName eq 'a'b`, `nickName eq a"b`, "nickName eq 'a\x01'", `nickName eq My Group`} {
		if e, err := filter.Parse(in); err == nil {
			t.Errorf("%s is accepted as %s", in, e)
		}
	}
	for _, in := range []string{`userName eq 12345`, `userName eq true`, `userName sw null`, `userName eq 'a'`, `userName eq a`, `active[value eq true]`, `meta.created eq "2024-01-01"`} {
		e, err := filter.ParseStrict(in)
		if err != nil {
			continue
		}
		if _, err := filter.Compile(e, schema.UserType()); err == nil {
			t.Errorf("strict accepts %s", in)
		}
	}
}

// TestLookUps: what an index can answer is the same, however the value is written.
func TestLookUps(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`userName eq 12345`: "12345", `userName eq 'Bob'`: "bob", `userName eq null`: "null", `userName eq " Bob\u200b "`: "bob", `userName eq "straße"`: "straße", `title eq "straße"`: "strasse",
		`emails[value eq 5]`: "5",
	} {
		terms := compile(t, in).Terms()
		if len(terms) != 1 || terms[0].Value != want || !terms[0].Exact {
			t.Errorf("%s: %v", in, terms)
		}
	}
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "", &schema.Attribute{Name: "n", Type: schema.Integer})}
	for in, want := range map[string]int{`n eq -0`: 1, `n eq "007"`: 1, `n eq 1e1`: 1, `n eq 7.0`: 1, `n eq 7.5`: 0, `n gt 7`: 0} {
		e, _ := filter.Parse(in)
		f, err := filter.Compile(e, rt)
		if err != nil || len(f.Terms()) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// TestUserNames: equality has the form of RFC 8265, which is the form of index keys; parts of a
// userName are compared as they are.
func TestUserNames(t *testing.T) {
	t.Parallel()
	for value, filters := range map[string]map[string]bool{
		"anna@straße.de": {`userName eq "ANNA@STRAßE.de"`: true, `userName eq "anna@strasse.de"`: false, `userName ne "anna@strasse.de"`: true, `userName ew "STRASSE.de"`: true},
		"Bob Smith":      {`userName eq "bob  smith "`: true, `userName eq "bobsmith"`: false, `userName co " "`: true, `userName sw "bob "`: true, `userName ew " "`: false},
		"σίσυφος":        {`userName eq "ΣΊΣΥΦΟς"`: true, `userName eq "ΣΊΣΥΦΟΣ"`: false},
		"dora":           {`userName eq "dora\u200b"`: true, `userName eq "\u202edora"`: true, `userName eq "do\u00adra"`: true, `userName eq "ｄｏｒａ"`: true, `userName eq "dorа"`: false, `userName eq " "`: false},
	} {
		for in, want := range filters {
			if compile(t, in).Match(map[string]any{"userName": value}) != want {
				t.Errorf("%s: %q, want %v", in, value, want)
			}
		}
	}
}

// TestMissingComplex: a comparison with a part of a complex attribute that has no value is false,
// also for primary, which is otherwise false when it is left out (A-47, F-22).
func TestMissingComplex(t *testing.T) {
	t.Parallel()
	none, empty, one := map[string]any{}, map[string]any{"emails": []any{}}, doc(t, `{"emails":[{"value":"a"}]}`)
	for in, want := range map[string][3]bool{
		`emails.primary eq false`: {false, false, true}, `emails[primary eq false]`: {false, false, true}, `emails.primary ne true`: {true, true, true},
		`emails.primary eq true`: {false, false, false}, `not (emails.primary eq false)`: {true, true, false}, `emails.primary pr`: {false, false, false}, `emails.type eq null`: {true, true, true},
		`emails.value ne "a"`: {true, true, false}, `roles.primary eq false`: {false, false, false},
	} {
		f := compile(t, in)
		if got := [3]bool{f.Match(none), f.Match(empty), f.Match(one)}; got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

// TestSinglePaths: a filter after a single value treats the value as a list of one (ENTRA-11).
func TestSinglePaths(t *testing.T) {
	t.Parallel()
	for in, c := range map[string]struct {
		ref     string
		yes, no any
	}{
		`manager[value eq "m1"]`:                                  {schema.URNEnterpriseUser + ":manager", map[string]any{"value": "m1"}, map[string]any{"value": "m2"}},
		schema.URNEnterpriseUser + `:manager[value eq 'm1'].$ref`: {schema.URNEnterpriseUser + ":manager.$ref", map[string]any{"value": "m1"}, map[string]any{}},
		`active[value eq "True"]`:                                 {"active", true, false},
		`title[value eq 5]`:                                       {"title", "5", "6"},
		`name[type eq "work"].givenName`:                          {"name.givenName", map[string]any{}, nil},
		`name[givenName eq "A" and type eq "work"].familyName`:    {"name.familyName", map[string]any{"givenName": "a"}, map[string]any{"givenName": "b"}},
		`name[not (type eq "work")]`:                              {"name", nil, map[string]any{}},
	} {
		p, err := filter.ParsePath(in, schema.UserType())
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if p.Ref.String() != c.ref || !p.Single() || !p.HasFilter() || c.yes != nil && !p.MatchElement(c.yes) || c.no != nil && p.MatchElement(c.no) {
			t.Errorf("%s: %s", in, p.Ref)
		}
		if _, err := filter.ParsePathIn(in, schema.UserType(), schema.Mode{Strict: true}); scimType(err) != "invalidPath" && scimType(err) != "invalidFilter" {
			t.Errorf("strict: %s: %v", in, err)
		}
		if _, err := filter.ParsePathIn(in, schema.UserType(), schema.UserType().WithoutTolerances(schema.SingleFilter).Mode(false)); scimType(err) != "invalidPath" {
			t.Errorf("without the tolerance: %s: %v", in, err)
		}
	}
	for in, want := range map[string]string{`manager[foo eq "x"]`: "invalidFilter", `name.givenName[value eq "x"]`: "invalidPath", `name[type eq "work"].foo`: "invalidSyntax", schema.URNEnterpriseUser + `[value eq "x"]`: "invalidPath"} {
		if _, err := filter.ParsePath(in, schema.UserType()); scimType(err) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// TestStrictPaths: strict mode has the literals of JSON in paths too, and reports an undefined
// attribute like a body does.
func TestStrictPaths(t *testing.T) {
	t.Parallel()
	strict := schema.Mode{Strict: true}
	for in, want := range map[string]string{
		"shoeSize": "invalidSyntax", "name.shoeSize": "invalidSyntax", `emails[type eq "work"].shoeSize`: "invalidSyntax", "urn:example:none:foo": "invalidSyntax",
		`emails[type eq 'work']`: "invalidFilter", `emails[type eq work]`: "invalidFilter", `emails[value eq 5]`: "invalidFilter", `emails[type eq "work"]`: "", "title": "",
	} {
		if _, err := filter.ParsePathIn(in, schema.UserType(), strict); scimType(err) != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// TestSubPaths: a filter after a multi-valued sub-attribute selects its values.
func TestSubPaths(t *testing.T) {
	t.Parallel()
	device := &schema.Attribute{Name: "device", Type: schema.Complex, SubAttributes: []*schema.Attribute{{Name: "serial"}, {Name: "ids", MultiValued: true}}}
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "", device)}
	for _, m := range []schema.Mode{{}, {Strict: true}} {
		p, err := filter.ParsePathIn(`device.ids[value eq "1"]`, rt, m)
		if err != nil || !p.OnSub() || p.Single() || p.Ref.String() != "device.ids" || !p.MatchElement("1") || p.MatchElement("2") {
			t.Errorf("%v: %v", p, err)
		}
		if _, err := filter.ParsePathIn(`device.serial[value eq "1"]`, rt, m); scimType(err) != "invalidPath" {
			t.Errorf("%v", err)
		}
	}
}

// TestEqualities: an element that is created from a filter has the types of its schema.
func TestEqualities(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]map[string]any{
		`roles[value eq 123 and primary eq "True"]`: {"value": "123", "primary": true},
		`emails[type eq 'work']`:                    {"type": "work"},
		`emails[type eq ""]`:                        {},
		`photos[value eq "not a uri"]`:              nil,
	} {
		p, err := filter.ParsePath(in, schema.UserType())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, p.Equalities()); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "", &schema.Attribute{Name: "list", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{
		{Name: "value"}, {Name: "n", Type: schema.Integer}, {Name: "at", Type: schema.DateTime},
	}})}
	p, err := filter.ParsePath(`list[n eq "07" and at eq 2024-01-01]`, rt)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]any{"n": json.Number("7"), "at": "2024-01-01T00:00:00.000Z"}, p.Equalities()); d != "" {
		t.Error(d)
	}
}

// FuzzEquality: an equality filter finds a userName if and only if both have one index key, however
// the value is quoted.
func FuzzEquality(f *testing.F) {
	for _, s := range [][2]string{{"bob ", "BOB"}, {"straße", "strasse"}, {"12345", "12345"}, {"o'brien", "O'Brien"}, {"null", "null"}, {"\u202ea", "a"}, {"a  b", "a b"}, {"a\\\\'b", "a"}} {
		f.Add(s[0], s[1])
	}
	a := schema.User().Attribute("userName")
	f.Fuzz(func(t *testing.T, value, literal string) {
		stored, err := a.Coerce(value, schema.Mode{}, "userName")
		if err != nil || stored == nil || !utf8.ValidString(literal) || len(literal) > 1000 {
			return
		}
		d, want := map[string]any{"userName": stored}, a.Fold(value) == a.Fold(literal)
		quoted := "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'").Replace(literal) + "'"
		for _, in := range []string{"userName eq " + string(schema.AppendValue(nil, literal)), "userName eq " + quoted, "userName[value eq " + quoted + "]"} {
			e, err := filter.Parse(in)
			if err != nil {
				if strings.IndexFunc(literal, unicode.IsControl) < 0 {
					t.Fatalf("%s: %v", in, err)
				}
				continue
			}
			c, err := filter.Compile(e, schema.UserType())
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Match(d); got != want || len(c.Terms()) != 1 || (c.Terms()[0].Value == a.Fold(value)) != want {
				t.Fatalf("%s: %q is found: %v, want %v", in, stored, got, want)
			}
		}
	})
}
