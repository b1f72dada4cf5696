package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestUserName: what a userName becomes in tolerant mode, its comparison form, and whether strict
// mode accepts it (A-26; RFC 8265 §3.3).
func TestUserName(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	a := schema.User().Attribute("userName")
	for in, c := range map[string]struct {
		stored, form string
		strict       bool
	}{
		"Bob@x.example": {"Bob@x.example", "bob@x.example", true}, `CORP\bob`: {`CORP\bob`, `corp\bob`, true}, "Bob Smith": {"Bob Smith", "bob smith", true}, "a  b": {"a  b", "a b", true},
		"bob ": {"bob", "bob", false}, " bob": {"bob", "bob", false}, "\tbob\n": {"bob", "bob", false}, "bob\u00a0": {"bob", "bob", false}, "eve\u00a0x": {"eve x", "eve x", false}, "eve\u3000x": {"eve x", "eve x", false},
		"dora\u200b": {"dora", "dora", false}, "do\u200dra": {"dora", "dora", false}, "a\u00adb": {"ab", "ab", false}, "\u202eabc": {"abc", "abc", false}, "\ufeffabc\u2069": {"abc", "abc", false}, "a\ufe0fb": {"ab", "ab", false},
		"nul\x00x": {"", "", false}, "x\ny": {"", "", false}, "x\u0085y": {"", "", false}, "\x7fx": {"", "", false},
		"ＢＯＢ": {"BOB", "bob", true}, "e\u0301va": {"\u00e9va", "\u00e9va", true}, "ÉVA": {"ÉVA", "éva", true}, "straße": {"straße", "straße", true}, "STRAẞE": {"STRAẞE", "straße", true}, "strasse": {"strasse", "strasse", true},
		"ΣΊΣΥΦΟΣ": {"ΣΊΣΥΦΟΣ", "σίσυφοσ", true}, "Σίσυφος": {"Σίσυφος", "σίσυφος", true}, "ﬁne": {"ﬁne", "fine", false}, "İ": {"İ", "i\u0307", true}, "bоb": {"bоb", "bоb", true}, "henry Ⅳ": {"henry Ⅳ", "henry iv", false},
		"می\u200cخواهم": {"می\u200cخواهم", "میخواهم", true}, "♚": {"♚", "♚", false},
	} {
		doc, notes, err := canonical(t, schema.UserType(), false, string(schema.AppendValue(nil, map[string]any{"userName": in})))
		if c.stored == "" && err == nil || c.stored != "" && (err != nil || doc["userName"] != c.stored || (in == c.stored) != (len(notes) == 1)) {
			t.Errorf("%q: %v %q %v", in, doc, notes, err)
		}
		if got := a.Fold(in); c.form != "" && got != c.form {
			t.Errorf("the form of %q is %q", in, got)
		}
		doc, _, err = canonical(t, schema.UserType(), true, string(schema.AppendValue(nil, map[string]any{"schemas": []any{schema.URNUser}, "userName": in})))
		if (err == nil) != c.strict || err == nil && doc["userName"] != in {
			t.Errorf("strict: %q: %v %v", in, doc, err)
		}
		if err != nil && !strings.Contains(err.Error(), "userName") {
			t.Errorf("%v does not name the attribute", err)
		}
	}
	if n := testing.AllocsPerRun(100, func() { a.Fold("bjensen@example.com"); a.Fold("b jensen") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if a := schema.User().Attribute("title"); a.Fold("Straße ") != "strasse " {
		t.Error("other strings are folded otherwise")
	}
}

// FuzzUserName: what tolerant mode stores is stored unchanged when it is sent again, has the form of
// what was sent, and the form is its own form. What strict mode accepts has no control or invisible
// character at its ends.
func FuzzUserName(f *testing.F) {
	for _, s := range []string{"bob ", "a\u200cb", "ＢＯＢ", "e\u0301", "ΣΊΣΥΦΟΣ", "\u202eabc", "ﬁ", "İ", "\u0345\u0300", "x\u00a0 \u00ady", "ᾼ", "ŉ", "\u1e9e"} {
		f.Add(s)
	}
	a := schema.User().Attribute("userName")
	f.Fuzz(func(t *testing.T, s string) {
		form := a.Fold(s)
		if again := a.Fold(form); again != form {
			t.Fatalf("%q has the form %q, which has the form %q", s, form, again)
		}
		if a.FoldsASCII(s) && form != strings.ToLower(s) {
			t.Fatalf("%q has the form %q", s, form)
		}
		out, err := a.Coerce(s, schema.Mode{}, "userName")
		if err == nil && out != nil {
			stored, _ := out.(string)
			if again, err := a.Coerce(stored, schema.Mode{}, "userName"); err != nil || again != out {
				t.Fatalf("%q is stored as %q, and that as %q: %v", s, stored, again, err)
			}
			if a.Fold(stored) != form {
				t.Fatalf("%q is stored as %q, with another form", s, stored)
			}
			if strings.TrimFunc(stored, unicode.IsSpace) != stored || form == "" {
				t.Fatalf("%q is stored as %q", s, stored)
			}
		}
		if _, err := a.Coerce(s, schema.Mode{Strict: true}, "userName"); err == nil && s != "" && (strings.TrimSpace(s) != s || strings.IndexFunc(s, unicode.IsControl) >= 0) {
			t.Fatalf("strict mode accepts %q", s)
		}
	})
}

const unique = `{"id":"urn:example:Badge","attributes":[{"name":"code","uniqueness":"server"},{"name":"exact","caseExact":true,"uniqueness":"global"},{"name":"number","type":"integer","uniqueness":"server"},
	{"name":"link","type":"reference","uniqueness":"server"},{"name":"tags","multiValued":true,"uniqueness":"server"},{"name":"plain"},
	{"name":"device","type":"complex","multiValued":true,"subAttributes":[{"name":"serial","uniqueness":"server"},{"name":"ids","multiValued":true,"uniqueness":"server"},{"name":"other"}]}]}`

// TestUniquePaths: every announced attribute has a path and keys, and what cannot be enforced does
// not load.
func TestUniquePaths(t *testing.T) {
	t.Parallel()
	types, err := schema.LoadDir(fstest.MapFS{"a.json": {Data: []byte(`[` + unique + `,{"name":"User","endpoint":"/Users","schema":"` + schema.URNUser + `","schemaExtensions":[{"schema":"urn:example:Badge"}]}]`)}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	doc := map[string]any{"userName": " Bob", "urn:example:Badge": map[string]any{"code": "Straße ", "exact": "A ", "number": json.Number("-0"), "link": "https://X", "tags": []any{"B", "a", "b"},
		"device": []any{map[string]any{"serial": "S1", "ids": []any{"2", "1"}}, map[string]any{"serial": "s1", "ids": []any{"3"}, "other": "x"}}}}
	got := map[string][]string{}
	for _, p := range types[0].UniquePaths() {
		got[strings.TrimPrefix(p.Path, "urn:example:Badge:")] = p.Keys(doc)
		if (p.Scope == schema.Global) != strings.HasSuffix(p.Path, "exact") || p.Path != p.Ref.String() {
			t.Errorf("%+v", p)
		}
		if keys := p.Keys(map[string]any{}); keys != nil {
			t.Errorf("%s: %v", p.Path, keys)
		}
	}
	if d := cmp.Diff(map[string][]string{"userName": {"bob"}, "code": {"straße"}, "exact": {"A "}, "number": {"0"}, "link": {"https://X"}, "tags": {"a", "b"}, "device.serial": {"s1"}, "device.ids": {"1", "2", "3"}}, got); d != "" {
		t.Error(d)
	}
	if p := schema.GroupType().UniquePaths(); len(p) != 1 || p[0].Path != "displayName" {
		t.Errorf("%v", p)
	}
	if p := schema.GroupType().WithUniqueness("displayName", schema.None).UniquePaths(); len(p) != 0 {
		t.Errorf("%v", p)
	}
	for _, typ := range []string{"boolean", "binary", "complex"} {
		file := `{"id":"urn:x:y","attributes":[{"name":"a","type":"` + typ + `","uniqueness":"server"` + map[bool]string{true: `,"subAttributes":[{"name":"b"}]`}[typ == "complex"] + `}]}`
		if _, err := schema.LoadDir(fstest.MapFS{"x.json": {Data: []byte(file)}}, "."); err == nil || !strings.Contains(err.Error(), "attributes[0].uniqueness: values of type "+typ) {
			t.Errorf("%s: %v", typ, err)
		}
	}
}
