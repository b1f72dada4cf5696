package schema_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func TestNameKey(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"nickName", "NICKNAME", true}, {"nickName", "nic\u212aName", false}, {"schemas", "\u017fchemas", false}, {"id", "\u0130d", false},
		{"$ref", "$REF", true}, {"a", "ab", false}, {"@", "`", false}, {"[", "{", false}, {"é", "É", false}, {"", "", true},
		{schema.URNUser, strings.ToUpper(schema.URNUser), true},
	} {
		if schema.SameName(c.a, c.b) != c.same || (schema.NameKey(c.a) == schema.NameKey(c.b)) != c.same {
			t.Errorf("%q and %q: want same name %v", c.a, c.b, c.same)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = schema.NameKey("a-name_1.$ref:b"), schema.SameName("nickName", "NICKNAME") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	m := map[string]any{"OP": 1, "path": 2}
	if schema.Field(m, "op") != 1 || schema.Field(m, "path") != 2 || schema.Field(m, "value") != nil {
		t.Error("Field")
	}
}

// TestOneAttributeTwice: two keys that give one attribute different values are refused, however
// they are spelled.
func TestOneAttributeTwice(t *testing.T) {
	t.Parallel()
	const ent = schema.URNEnterpriseUser
	for in, ok := range map[string]bool{
		`"nickName":"A","NICKNAME":"B"`:                                        false,
		`"nickName":"A","nic\u212aName":"B"`:                                   true, // another, unknown name
		`"nickName":"A","` + schema.URNUser + `:nickName":"B"`:                 false,
		`"nickName":"A","` + schema.URNUser + `:nickName":"A"`:                 true,
		`"nickName":"A","` + schema.URNUser + `":{"nickName":"B"}`:             false,
		`"department":"A","` + ent + `":{"department":"B"}`:                    false,
		`"department":"A","` + ent + `":{"department":"A"}`:                    true,
		`"` + ent + `:department":"A","` + ent + `":{"department":"B"}`:        false,
		`"name":{"givenName":"A"},"name.givenName":"B"`:                        false,
		`"name":{"givenName":"A"},"name.familyName":"B"`:                       true,
		`"NAME.givenName":"A","Name":{"familyName":"B"}`:                       false, // not merged, so not lost
		`"` + ent + `":{"Manager.value":"a","manager":{"$ref":"../Users/b"}}`:  false,
		`"` + ent + `":{"manager":{"value":"a"},"manager.$ref":"../Users/a"}`:  true,
		`"NAME":{"givenName":"A"},"` + schema.URNUser + `:name.givenName":"B"`: false,
	} {
		raw, err := schema.DecodeJSON([]byte(`{"userName":"u",`+in+`}`), 20)
		var before []byte
		if err == nil {
			before = schema.AppendValue(nil, raw)
			_, _, err = schema.UserType().Canonical(raw, schema.Mode{})
		}
		var f *schema.Fault
		switch {
		case (err == nil) != ok:
			t.Errorf("%s: %v", in, err)
		case err != nil && (!errors.As(err, &f) || f.Code != schema.FaultJSON || !strings.Contains(f.Detail, "duplicate attribute")):
			t.Errorf("%s: %v", in, err)
		case raw != nil && string(before) != string(schema.AppendValue(nil, raw)):
			t.Errorf("%s: the body was changed", in)
		}
	}
	raw, err := schema.DecodeJSON([]byte(`{"userName":"u","nickName":"A","nic\u212aName":"B"}`), 20)
	if err != nil {
		t.Fatal(err)
	}
	doc, notes, err := schema.UserType().Canonical(raw, schema.Mode{})
	if err != nil || doc["nickName"] != "A" || !strings.Contains(strings.Join(notes, ";"), "unknown attribute") {
		t.Errorf("%v, %q, %v", doc, notes, err)
	}
}

// FuzzNames: two keys that resolve to one attribute and give it different values never pass
// DecodeJSON and Canonical. nested puts the second key into the container of the base schema.
func FuzzNames(f *testing.F) {
	for _, keys := range [][2]string{
		{"nickName", "nic\u212aName"}, {"nickName", "NickName"}, {"title", schema.URNUser + ":TITLE"}, {"name.givenName", "Name.GivenName"},
		{"department", schema.URNEnterpriseUser + ":department"}, {"manager.value", schema.URNEnterpriseUser + ":manager.value"}, {"manager", "Manager"},
	} {
		f.Add(keys[0], keys[1], false, false)
		f.Add(keys[0], keys[1], true, false)
		f.Add(keys[0], keys[1], false, true)
	}
	f.Fuzz(func(t *testing.T, first, second string, nested, strict bool) {
		ut := schema.UserType()
		a, okA := ut.ResolveName(first)
		b, okB := ut.ResolveName(second)
		if !okA || !okB || a != b || a.Attr == nil || ignored(a) || schema.SameName(a.Attr.Name, "schemas") {
			return
		}
		if nested && a.Container != "" {
			return // not a name of the base schema's container
		}
		body := []byte(`{"schemas":["` + schema.URNUser + `","` + schema.URNEnterpriseUser + `"],"userName":"u",`)
		body = append(schema.AppendString(body, first), `:"A",`...)
		if nested {
			body = append(body, `"`+schema.URNUser+`":{`...)
		}
		body = append(schema.AppendString(body, second), `:"B"}`...)
		if nested {
			body = append(body, '}')
		}
		raw, err := schema.DecodeJSON(body, 20)
		if err != nil {
			return
		}
		if doc, notes, err := ut.Canonical(raw, schema.Mode{Strict: strict}); err == nil {
			t.Fatalf("%s passes as %v with notes %q", body, doc, notes)
		}
	})
}

// ignored reports whether Canonical ignores a key with this name.
func ignored(ref schema.Ref) bool {
	return ref.Attr.Mutability == schema.ReadOnly || ref.Leaf().Mutability == schema.ReadOnly || ref.Attr.MultiValued && ref.Sub != nil
}
