package filter_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func TestPrint(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`userName eq "a"`:                               `userName eq "a"`,
		`A EQ "x" AND b Pr`:                             `A eq "x" and b pr`,
		`a eq 1 or b eq 2 and c eq 3`:                   `a eq 1 or b eq 2 and c eq 3`,
		`(a eq 1 or b eq 2) and c eq 3`:                 `(a eq 1 or b eq 2) and c eq 3`,
		`a pr and (b pr and c pr)`:                      `a pr and (b pr and c pr)`,
		`((a pr))`:                                      `a pr`,
		`not(a pr or b pr)`:                             `not (a pr or b pr)`,
		`emails[type eq "w" and not (primary eq TRUE)]`: `emails[type eq "w" and not (primary eq TRUE)]`,
		`emails[type eq "w"].value eq "x"`:              `emails[type eq "w" and value eq "x"]`,
		`urn:x:y:User:a.b ge -1.5e3`:                    `urn:x:y:User:a.b ge -1.5e3`,
		`a eq "q\"\u00e9\\"`:                            `a eq "q\"é\\"`,
		`externalId eq jyoung`:                          `externalId eq "jyoung"`,
		`id eq 018f-ab`:                                 `id eq "018f-ab"`,
		`a eq null and members.$ref ew "x"`:             `a eq null and members.$ref ew "x"`,
		`not eq "x"`:                                    `not eq "x"`,
	} {
		e, err := filter.Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if e.String() != want {
			t.Errorf("%s prints %s, want %s", in, e, want)
		}
	}
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "userName", "userName eq", `userName eq "a`, `userName regex "x"`, "(userName pr", "userName pr)", "not userName pr",
		`userName eq 'a`, `emails[type eq "x"`, `emails[a[b pr]]`, `emails[0]`, `emails[]`, `a eq "\x"`, `a eq "b" c`, `a. pr`, `1a pr`,
		`a..b pr`, `a eq and`, `a pr and`, `a pr or or b pr`, `a eq "x"b`, "a eq \"\x01\"", `x:y pr`, `a.b.c pr`, `$ pr`, `emails[type eq "x"].`, `emails[type eq "x"].value`,
	} {
		if e, err := filter.Parse(in); err == nil {
			t.Errorf("%q is accepted as %s", in, e)
		} else if scimType(err) != "invalidFilter" {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"a eq TRUE", "a eq x", "a eq Null"} {
		if _, err := filter.ParseStrict(in); err == nil {
			t.Errorf("strict accepts %q", in)
		}
	}
}

// scimType is the scimType of the answer to a fault, or "" for any other error.
func scimType(err error) string {
	if f, ok := err.(*schema.Fault); ok {
		return string(scim.AsError(f).ScimType)
	}
	return ""
}

func doc(t *testing.T, s string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(s), 10)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const ann = `{"id":"1","userName":"Ann","active":true,"title":"Straße","externalId":"aBc","emails":[{"value":"A@x.example","type":"work","primary":true},{"value":"b@x.example"}],
 "x509Certificates":[{"value":"TUlJQg=="}],"name":{"givenName":"A"},"meta":{"created":"2024-01-01T00:00:00.000Z"},
 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"M1"}}}`

func compile(t testing.TB, s string) *filter.Filter {
	t.Helper()
	e, err := filter.Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	f, err := filter.Compile(e, schema.UserType())
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return f
}

func TestMatch(t *testing.T) {
	t.Parallel()
	d := doc(t, ann)
	for in, want := range map[string]bool{
		`userName eq "ANN"`: true, `userName gt "Am"`: true, `userName lt "an"`: false, `userName ge "ann"`: true, `userName co "N"`: true,
		`userName sw "An"`: true, `userName ew "x"`: false, `userName ne "bob"`: true, `userName le "ANO"`: true,
		`title eq "STRASSE"`: true, `title co "ASS"`: true, `title sw "s"`: true, `externalId eq "abc"`: false, `externalId gt "aB"`: true,
		`active eq true`: true, `active ne true`: false, `active ne false`: true, `active eq "FALSE"`: false,
		`emails.primary eq false`: true, `emails[value eq "b@x.example" and primary eq false]`: true, `emails[type pr]`: true,
		`emails pr`: true, `phoneNumbers pr`: false, `phoneNumbers[value eq "1"]`: false, `phoneNumbers.value ne "1"`: true,
		`emails eq "a@X.example"`: true, `emails ne "a@x.example"`: true, `x509Certificates.value eq "TUlJQg"`: true, `x509Certificates ne "TUlJQg="`: false,
		`meta.created eq "2024-01-01T01:00:00+01:00"`: true, `meta.created lt "2024-01-01T00:00:00Z"`: false, `meta.created ne "2025-01-01T00:00:00Z"`: true,
		`manager.value eq "M1"`: true, `manager eq "M1"`: true, `department eq "d"`: true, `name pr`: true, `name.familyName pr`: false,
		`name[givenName eq "a"]`: true, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr`: true,
		`nickName eq null`: true, `userName eq null`: false, `userName ne null`: true, `not (userName pr) or active pr`: true,
	} {
		if got := compile(t, in).Match(d); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestCompileFaults(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`foo eq "x"`, `foo[a pr]`, `emails[foo eq "x"]`, `password pr`, `name eq "x"`, `addresses eq "x"`, `active co "t"`, `active gt true`, `active eq 1`,
		`meta.created gt "x"`, `meta.created co "2"`, `x509Certificates gt "a"`, `active gt null`, `title[type eq "x"]`, `meta.created eq 5`, `name.givenName[value eq "x"]`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq "x"`, `active eq "maybe"`, `foo pr and title pr`, `title pr or foo pr`, `not (foo pr)`,
	} {
		e, err := filter.Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if _, err := filter.Compile(e, schema.UserType()); err == nil {
			t.Errorf("%s compiles", in)
		}
	}
}

func TestLoose(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`members.value eq "x"`: false, `members.value ne "x"`: true, `members[value eq "x"]`: false, `members pr`: false, `members eq null`: true, `members ne null`: false,
	} {
		e, _ := filter.Parse(in)
		f, err := filter.CompileLoose(e, schema.UserType())
		if err != nil || f.Match(doc(t, ann)) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]filter.Term{
		`userName eq "ANN"`:                              {{Attr: "userName", Value: "ann", Exact: true}},
		`emails[value eq "A@x"]`:                         {{Attr: "emails.value", Value: "a@x", Exact: true}},
		`emails eq "A@x"`:                                {{Attr: "emails.value", Value: "a@x", Exact: true}},
		`emails[type eq "work" and value eq "A@x"]`:      {{Attr: "emails.type", Value: "work"}, {Attr: "emails.value", Value: "a@x"}},
		`externalId eq "E" and (title pr and id eq "1")`: {{Attr: "externalId", Value: "E"}, {Attr: "id", Value: "1"}},
		`userName eq "a" or title pr`:                    nil,
		`not (userName eq "a")`:                          nil,
		`userName sw "A"`:                                {{Attr: "userName", Op: filter.Sw, Value: "a", Exact: true}},
		`userName co "a"`:                                nil,
		`meta.created gt "2026-01-02T03:04:05Z"`:         {{Attr: "meta.created", Op: filter.Gt, Value: "2026-01-02T03:04:05Z", Exact: true}},
	} {
		got := compile(t, in).Terms()
		for i := range got {
			got[i].Ref = schema.Ref{}
		}
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b schema.Ref) bool { return true })); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
	f := compile(t, `groups.value eq "x" and emails[value eq "y"]`)
	if !f.Uses("groups") || !f.Uses("emails") || f.Uses("members") {
		t.Error("Uses")
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "",
		&schema.Attribute{Name: "n", Type: schema.Integer}, &schema.Attribute{Name: "d", Type: schema.Decimal})}
	for in, want := range map[string]bool{
		`n gt 9`: true, `n eq 10`: true, `n lt 9007199254740993`: true, `n ge 123456789012345678901234567890`: false, `d eq 1.50`: true, `d le 1.4999`: false, `n ne 10`: false, `d gt 1`: true,
	} {
		e, _ := filter.Parse(in)
		f, err := filter.Compile(e, rt)
		if err != nil || f.Match(map[string]any{"n": json.Number("10"), "d": json.Number("1.5")}) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
	for in, want := range map[string]bool{`n eq "10"`: true, `n eq '010'`: true, `n gt " +9 "`: true, `d eq "1.5"`: true, `n eq "11"`: false} {
		e, _ := filter.Parse(in)
		f, err := filter.Compile(e, rt)
		if err != nil || f.Match(map[string]any{"n": json.Number("10"), "d": json.Number("1.5")}) != want {
			t.Errorf("%s: %v", in, err)
		}
		if e, err := filter.ParseStrict(in); err == nil {
			if _, err := filter.Compile(e, rt); err == nil {
				t.Errorf("strict: %s compares a string with a number", in)
			}
		}
	}
	for _, in := range []string{`n eq "1a"`, `n eq ten`, `n eq true`, `n eq "1 0"`, `n eq "--1"`, `n eq ""`} {
		e, _ := filter.Parse(in)
		if _, err := filter.Compile(e, rt); err == nil {
			t.Errorf("%s compiles", in)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"title": "title", "NAME.givenname": "name.givenName", `emails[type eq "work"]`: "emails", `emails[type eq "work"].value`: "emails.value",
		"urn:ietf:params:scim:schemas:core:2.0:User:title": "title", "manager": schema.URNEnterpriseUser + ":manager",
		schema.URNEnterpriseUser: schema.URNEnterpriseUser, "members": "", "schemas[value eq \"x\"]": "schemas", `schemas eq "x"`: "schemas",
	} {
		p, err := filter.ParsePath(in, schema.UserType())
		if want == "" {
			if scimType(err) != "invalidSyntax" {
				t.Errorf("%s: %v", in, err)
			}
			continue
		}
		if err != nil || p.Ref.String() != want {
			t.Errorf("%s: %v %v", in, p, err)
		}
	}
	for in, want := range map[string]string{
		"": "invalidPath", "a b": "invalidPath", "emails[0]": "invalidPath", "/x": "invalidPath", "name.": "invalidPath", "emails[type eq]": "invalidFilter",
		`emails[type eq "x"].a.b`: "invalidPath", `emails[type eq "x"]x`: "invalidPath", `emails.value[value pr]`: "invalidPath", "emails[foo pr]": "invalidFilter",
		`emails[type pr].foo`: "invalidSyntax", `title eq "x"`: "invalidPath", `schemas eq`: "invalidFilter", `emails[type pr`: "invalidFilter", strings.Repeat("a", 9000): "invalidPath",
	} {
		_, err := filter.ParsePath(in, schema.UserType())
		if scimType(err) != want {
			t.Errorf("%.40s: %v, want %s", in, err, want)
		}
	}
	p, _ := filter.ParsePath(`emails[type eq "work" and primary eq true]`, schema.UserType())
	if d := cmp.Diff(map[string]any{"type": "work", "primary": true}, p.Equalities()); d != "" {
		t.Error(d)
	}
	same, _ := filter.ParsePath(`emails[type eq "work" and display eq "" and type eq "WORK" and display eq ""]`, schema.UserType())
	if d := cmp.Diff(map[string]any{"type": "work"}, same.Equalities()); d != "" {
		t.Error(d)
	}
	for _, in := range []string{
		`emails[type sw "w"]`, `emails[type eq "a" or value eq "b"]`, `emails[type eq null]`, "emails",
		`emails[type eq "work" and type eq "home"]`, `emails[value eq "a" and type eq "work" and value eq "b"]`, `emails[primary eq true and primary eq false]`,
		`emails[value eq "" and value eq "a"]`, `emails[value eq "a" and value eq ""]`, `schemas[value eq "urn:a" and value eq "urn:b"]`,
	} {
		if p, _ := filter.ParsePath(in, schema.UserType()); p.Equalities() != nil {
			t.Errorf("%s has equalities", in)
		}
	}
}

// TestAllocations holds the limits of the design (section 9).
func TestAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = filter.Parse(`userName eq "bjensen@example.com"`) }); n > 6 {
		t.Errorf("parsing takes %v allocations", n)
	}
	d := doc(t, ann)
	for _, in := range []string{`userName eq "ann"`, `emails[type eq "work" and value co "X.EXAMPLE"]`, `not (active eq false) and meta.created gt "2020-01-01T00:00:00Z"`, `manager.value eq "M1" or title pr`} {
		f := compile(t, in)
		if n := testing.AllocsPerRun(100, func() { f.Match(d) }); n > 0 {
			t.Errorf("%s: %v allocations", in, n)
		}
	}
}

// FuzzFilter: parsing never panics, and a filter that is printed parses to the same tree.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{`userName eq "a"`, `a eq 1 or (b eq 2 and not (c pr))`, `emails[type eq "w"].value eq "x"`, `urn:x:y:z:a.b eq "\u00e9"`, `a eq jyoung`, `not(a pr)`, `x eq -1e5`, `userName eq 'o''b\'rien'`, `title eq o'brien or active[value eq TRUE]`, `emails[value eq 'a]']`} {
		f.Add(s)
	}
	d := map[string]any{"userName": "Ann", "emails": []any{map[string]any{"value": "x", "type": "work"}}}
	f.Fuzz(func(t *testing.T, s string) {
		same(t, s)
		e, err := filter.Parse(s)
		if err != nil {
			return
		}
		again, err := filter.Parse(e.String())
		if err != nil {
			if len(e.String()) > filter.MaxLength {
				return
			}
			t.Fatalf("%q prints %q, which does not parse: %v", s, e, err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("%q: %s", s, diff)
		}
		if c, err := filter.CompileLoose(e, schema.UserType()); err == nil {
			c.Match(d)
		}
	})
}

// FuzzPath: parsing a path never panics, and returns a target or a fault.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"title", `emails[type eq "work"].value`, "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", `schemas eq "x"`, "emails[0]", `name[type eq "work"].givenName`, `active[value eq 'True']`, `manager[value eq 5]`,
		`emails[value eq "ada.lovelace@corp.example"].type`, `members[value eq "0123456789abcdef0"]`, `roles[value ne "0123456789abcdef0"]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := filter.ParsePath(s, schema.UserType())
		remembered(t, s, p, err)
		if err != nil {
			if _, ok := err.(*schema.Fault); !ok {
				t.Fatal(err)
			}
			return
		}
		if p.Ref.Attr == nil && p.Ref.Container == "" {
			t.Fatalf("%q has no target", s)
		}
		for _, e := range []any{nil, true, "x", json.Number("1"), map[string]any{"value": "x"}, []any{"x"}} {
			p.MatchElement(e)
		}
		if _, err := filter.ParsePathIn(s, schema.UserType(), schema.Mode{Strict: true}); err == nil && p.Single() {
			t.Fatalf("strict accepts %q", s)
		}
		p.Equalities()
	})
}
