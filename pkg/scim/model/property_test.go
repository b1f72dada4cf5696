package model_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// anything is a random JSON value, often one that fits the attribute.
func anything(r *rand.Rand, a *schema.Attribute, depth int) any {
	if a != nil && r.IntN(3) > 0 {
		return fitting(r, a)
	}
	switch n := r.IntN(8); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n == 2:
		return json.Number(fmt.Sprint(r.IntN(100)) + []string{"", ".50", "e3"}[r.IntN(3)])
	case n == 3 && depth > 0:
		list := make([]any, r.IntN(3))
		for i := range list {
			list[i] = anything(r, nil, depth-1)
		}
		return list
	case n == 4 && depth > 0:
		m := map[string]any{}
		for range r.IntN(3) {
			m[[]string{"value", "type", "primary", "$ref", "x", "Value"}[r.IntN(6)]] = anything(r, nil, depth-1)
		}
		return m
	}
	return []string{"", " ", "n/a", "ann@example.com", "<é\"\\>", "DE", "+12015550123"}[r.IntN(7)]
}

func fitting(r *rand.Rand, a *schema.Attribute) any {
	one := func() any {
		if a.Type != schema.Complex {
			if a.Type == schema.Boolean {
				return r.IntN(2) == 0
			}
			return anything(r, nil, 0)
		}
		m := map[string]any{}
		for _, sub := range a.SubAttributes {
			if r.IntN(2) == 0 {
				m[sub.Name] = anything(r, sub, 0)
			}
		}
		return m
	}
	if !a.MultiValued {
		return one()
	}
	list := make([]any, r.IntN(4))
	for i := range list {
		list[i] = one()
	}
	return list
}

// document is a random document of a type.
func document(r *rand.Rand, rt *schema.ResourceType) string {
	doc := map[string]any{"schemas": []any{rt.Schema.ID}}
	level := func(m map[string]any, attrs []*schema.Attribute) {
		for _, a := range attrs {
			if r.IntN(3) == 0 {
				m[a.Name] = anything(r, a, 2)
			}
		}
		if r.IntN(2) == 0 {
			m["unknown"] = anything(r, nil, 2)
		}
	}
	level(doc, rt.Schema.Attributes)
	for _, e := range rt.Extensions {
		ext := map[string]any{}
		level(ext, e.Schema.Attributes)
		doc[e.Schema.ID] = ext
	}
	doc[urnBadge] = anything(r, nil, 3)
	return string(schema.AppendValue(nil, doc))
}

// TestNothingIsLost: whatever a store holds, a user decodes without an error and is encoded to the same bytes;
// after a change, everything else is the same.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		text := document(r, schema.UserType())
		u, err := model.Decode[model.User](&scim.Resource{Type: "User", Document: []byte(text)})
		if err != nil {
			t.Fatal(err, text)
		}
		back, err := model.Encode(u)
		if err != nil || string(back.Document) != text {
			t.Fatalf("%v\n%s\n%s", err, text, back.Document)
		}
		badge, _ := model.Extension[Badge](u)
		changed := u
		if err := model.SetExtension(&changed, badge); err != nil {
			t.Fatal(err)
		}
		changed.Title = "changed"
		back, err = model.Encode(changed)
		if err != nil {
			t.Fatal(err)
		}
		was, is := object(t, text), object(t, string(back.Document))
		for _, m := range []map[string]json.RawMessage{was, is} {
			delete(m, "title")
			delete(m, "schemas")
		}
		for k, v := range was {
			if string(is[k]) != string(v) && strings.Trim(string(v), "{}[]nul") != "" {
				t.Fatalf("%s was %s and is %s", k, v, is[k])
			}
		}
		if out, err := json.Marshal(u); err != nil || !json.Valid(out) {
			t.Fatalf("%v %s", err, out)
		}
	}
}

func object(t *testing.T, text string) (m map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err, text)
	}
	return m
}

// alone is what the complex types have in common.
type alone interface {
	json.Marshaler
	Valid() error
}

// twoWays checks 500 generated values of a complex type: JSON is read if and only if the value that its parts
// make is valid, and is written and read again as the same value.
func twoWays[T alone](t *testing.T, generate func(r *rand.Rand) (text string, v T)) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	valid := 0
	for range 500 {
		text, v := generate(r)
		var read T
		err := json.Unmarshal([]byte(text), &read)
		out, outErr := json.Marshal(v)
		if (err == nil) != (v.Valid() == nil) || (outErr == nil) != (v.Valid() == nil) {
			t.Fatalf("%s: read %v, Valid %v, written %v", text, err, v.Valid(), outErr)
		}
		if err != nil {
			continue
		}
		valid++
		again, err := json.Marshal(read)
		if err != nil || string(again) != string(out) {
			t.Fatalf("%s: %s and %s, %v", text, out, again, err)
		}
	}
	if valid < 50 || valid > 450 {
		t.Errorf("%T: %d of 500 are valid", *new(T), valid)
	}
}

// kept is a value with any text, as a store may have it.
func kept[T any](t *testing.T, text string, get func(u model.User) T, attr string) T {
	t.Helper()
	doc := `{"` + attr + `":` + text + `}`
	u, err := model.Decode[model.User](&scim.Resource{Document: []byte(doc)})
	if err != nil {
		t.Fatal(err)
	}
	return get(u)
}

// TestComplexTwoWays: MultiValued, Entry, Address, Member and Meta follow one rule in both directions, too.
func TestComplexTwoWays(t *testing.T) {
	t.Parallel()
	pick := func(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }
	list := func(r *rand.Rand) string {
		var out []string
		for range 1 + r.IntN(3) {
			out = append(out, `{"value":"`+pick(r, "a@x.org", "b@x.org", "c@x.org", "d@x.org", "n/a")+`"`+pick(r, "", `,"type":"work"`, `,"primary":true`, `,"primary":true`, `,"primary":false`)+`}`)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	twoWays(t, func(r *rand.Rand) (string, model.MultiValued[model.Email]) {
		text := list(r)
		return text, kept(t, text, func(u model.User) model.MultiValued[model.Email] { return u.Emails }, "emails")
	})
	twoWays(t, func(r *rand.Rand) (string, model.Entry[model.Address]) {
		text := `{"locality":"Bonn","country":"` + pick(r, "DE", "de", "USA", "XX") + `"` + pick(r, "", `,"type":"home"`, `,"primary":true`) + `}`
		return text, kept(t, "["+text+"]", func(u model.User) model.Entry[model.Address] { e, _ := u.Addresses.Best(); return e }, "addresses")
	})
	twoWays(t, func(r *rand.Rand) (string, model.Address) {
		text := `{"formatted":"x","country":"` + pick(r, "DE", "de", "USA", "XX") + `"}`
		return text, kept(t, "["+text+"]", func(u model.User) model.Address { e, _ := u.Addresses.Best(); return e.Value }, "addresses")
	})
	represented := func(text string) model.User {
		u, err := model.Unmarshal[model.User]([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	twoWays(t, func(r *rand.Rand) (string, model.Member) {
		text := `{"value":"` + pick(r, "", "1", "2") + `","$ref":"` + pick(r, "../Users/1", "a b", "https://x") + `","display":"` + pick(r, "", "Ann") + `"}`
		return text, represented(`{"groups":[` + text + `]}`).Groups[0]
	})
	twoWays(t, func(r *rand.Rand) (string, model.Meta) {
		text := `{"created":"2026-01-31T09:00:00Z","location":"` + pick(r, "../Users/1", "a b", "<x>") + `","version":"1"}`
		return text, represented(`{"meta":` + text + `}`).Meta
	})
}
