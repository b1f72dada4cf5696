package patch_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const badge = "urn:example:params:scim:schemas:extension:badge:2.0:User"

// badgeUser is the core User with the enterprise extension and one of a tenant, which has
// multi-valued sub-attributes and immutable values.
func badgeUser() *schema.ResourceType {
	str := func(name string) *schema.Attribute { return &schema.Attribute{Name: name} }
	lock := func() *schema.Attribute { return &schema.Attribute{Name: "lock", Mutability: schema.Immutable} }
	many := func(name string) *schema.Attribute { return &schema.Attribute{Name: name, MultiValued: true} }
	rt := *schema.UserType()
	rt.Extensions = append(rt.Extensions[:len(rt.Extensions):len(rt.Extensions)], schema.Extension{Schema: schema.NewSchema(badge, "Badge", "",
		&schema.Attribute{Name: "fixed", Mutability: schema.Immutable}, many("tags"),
		&schema.Attribute{Name: "level", Type: schema.Integer},
		&schema.Attribute{Name: "device", Type: schema.Complex, SubAttributes: []*schema.Attribute{many("ids"), lock(), str("model")}},
		&schema.Attribute{Name: "cards", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{
			str("value"), str("type"), lock(), many("pins"), {Name: "primary", Type: schema.Boolean}}},
	)})
	return &rt
}

// written lists the attributes that generated operations write.
var written = map[string][]string{
	schema.URNUser:           {"active", "active", "password", "title", "userName", "name", "emails", "emails", "roles", "addresses", "externalId"},
	schema.URNEnterpriseUser: {"employeeNumber", "manager"},
	badge:                    {"fixed", "tags", "level", "device", "device", "cards"},
}

// place is a target: an attribute, its sub-attribute, or what a filter selects.
type place struct {
	urn  string // "" for the core
	attr *schema.Attribute
	sub  *schema.Attribute
	// where, if set, is the sub-attribute that a filter compares with eq: "value" for a list of
	// simple values. after is the sub-attribute written after the brackets.
	where, equals string
	after         *schema.Attribute
}

// intent is what an operation is to achieve, apart from its spelling.
type intent struct {
	kind string
	place
	value any // canonical; nil is no value
}

type generator struct{ *rand.Rand }

func (g generator) one(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) simple(a *schema.Attribute) any {
	switch {
	case a.Type == schema.Boolean:
		return g.IntN(2) == 0
	case a.Type == schema.Integer:
		return json.Number(g.one("1", "2", "3"))
	case a.Name == "type":
		return g.one("work", "home")
	}
	return g.one("a", "b", "c", "A")
}

func (g generator) element(a *schema.Attribute) any {
	if a.Type != schema.Complex {
		return g.simple(a)
	}
	m := map[string]any{}
	for _, s := range a.SubAttributes {
		if s.Type == schema.Reference || g.IntN(5) > 2 && s.Name != "value" {
			continue
		}
		m[s.Name] = g.value(s)
	}
	return m
}

// value returns a canonical value.
func (g generator) value(a *schema.Attribute) any {
	if !a.MultiValued {
		return g.element(a)
	}
	list := make([]any, 1+g.IntN(3))
	for i := range list {
		list[i] = g.element(a)
	}
	return list
}

// document is a user as a POST stores it.
func (g generator) document(rt *schema.ResourceType) map[string]any {
	raw := map[string]any{"userName": "a", "schemas": []any{schema.URNUser}}
	for _, urn := range []string{schema.URNUser, schema.URNEnterpriseUser, badge} {
		for _, name := range written[urn] {
			if name != "userName" && raw[urn+":"+name] == nil && g.IntN(3) > 0 {
				ref, _ := rt.Resolve(urn, name, "")
				raw[urn+":"+name] = g.value(ref.Attr)
			}
		}
	}
	doc, _, err := rt.Canonical(raw, rt.Mode(false))
	if err != nil {
		panic(err)
	}
	return doc
}

func (g generator) intent(rt *schema.ResourceType) intent {
	urn := g.one(schema.URNUser, schema.URNUser, schema.URNEnterpriseUser, badge, badge)
	ref, _ := rt.Resolve(urn, g.one(written[urn]...), "")
	in := intent{kind: g.one("add", "replace", "remove"), place: place{urn: ref.Container, attr: ref.Attr}}
	leaf := ref.Attr
	if leaf.Type == schema.Complex && !leaf.MultiValued && g.IntN(2) == 0 {
		in.sub = leaf.SubAttributes[g.IntN(len(leaf.SubAttributes))]
		leaf = in.sub
	}
	target, whole := leaf, leaf.MultiValued
	if leaf.MultiValued && g.IntN(2) == 0 || g.IntN(12) == 0 {
		whole = false
		in.where, in.equals = "value", g.one("a", "b", "c")
		if leaf.Type == schema.Complex && (leaf.Sub("value") == nil || g.IntN(2) == 0) {
			in.where = leaf.SubAttributes[g.IntN(len(leaf.SubAttributes))].Name
		}
		if in.where == "type" {
			in.equals = g.one("work", "home")
		}
		if leaf.Type == schema.Complex && g.IntN(2) == 0 {
			in.after = leaf.SubAttributes[g.IntN(len(leaf.SubAttributes))]
			target, whole = in.after, in.after.MultiValued
		}
	}
	switch {
	case g.IntN(6) == 0 || in.kind == "remove" && g.IntN(2) == 0:
	case whole:
		in.value = g.value(target)
	default:
		in.value = g.element(target)
	}
	return in
}

// name spells the target without or with its schema.
func (g generator) name(p place) string {
	name := p.attr.Name
	if p.sub != nil {
		name += "." + p.sub.Name
	}
	urn := p.urn
	if urn == "" {
		urn = schema.URNUser
	}
	switch g.IntN(4) {
	case 0:
		name = urn + "." + name
	case 1:
		name = urn + ":" + name
	default:
		if p.urn != "" && g.IntN(3) > 0 {
			name = urn + ":" + name
		}
	}
	if p.where != "" {
		name += `[` + p.where + ` eq "` + p.equals + `"]`
	}
	if p.after != nil {
		name += "." + p.after.Name
	}
	return name
}

// spelt is a value as a client might write it.
func (g generator) spelt(in intent) any {
	if in.value == nil {
		if in.kind == "remove" {
			return nil
		}
		return []any{nil, "", []any{}}[g.IntN(3)]
	}
	switch v := in.value.(type) {
	case []any:
		if len(v) == 1 && g.IntN(3) == 0 {
			return v[0]
		}
	case map[string]any:
		switch g.IntN(5) {
		case 0:
			return []any{v}
		case 1:
			if in.where != "" && in.after == nil && v["value"] != nil {
				b, _ := json.Marshal(v)
				return string(b)
			}
		}
	case bool:
		if g.IntN(3) == 0 {
			return map[bool]string{true: "True", false: "False"}[v]
		}
	}
	return in.value
}

// operation spells an intent, or a shape that can achieve nothing.
func (g generator) operation(in intent) map[string]any {
	op := map[string]any{"op": in.kind}
	v := g.spelt(in)
	if v != nil || in.kind != "remove" {
		op["value"] = v
	}
	name := g.name(in.place)
	urn := in.urn
	if urn == "" {
		urn = schema.URNUser
	}
	switch shape := g.IntN(6); {
	case shape == 0 && in.kind != "remove":
		op["value"] = map[string]any{name: v}
		if g.IntN(2) == 0 {
			op["value"] = []any{op["value"]}
		}
	case shape == 1 && in.where == "" && in.sub == nil && (in.value != nil || in.kind != "remove"):
		op["path"], op["value"] = urn, map[string]any{in.attr.Name: v}
	default:
		op["path"] = name
	}
	return op
}

// odd is an operation without an intent: it changes something, leaves a note or fails.
func (g generator) odd() map[string]any {
	var op map[string]any
	list := []string{
		`{"op":"remove","path":"` + badge + `"}`, `{"op":"replace","path":"schemas","value":["` + schema.URNUser + `"]}`,
		`{"op":"remove","path":"schemas[value eq \"` + badge + `\"]"}`, `{"op":"remove","path":"schemas","value":["` + badge + `"]}`,
		`{"op":"add","path":"shoeSize","value":1}`, `{"op":"add","value":{"shoeSize":1}}`, `{"op":"add","value":{}}`, `{"op":"add","value":[]}`,
		`{"op":"replace","path":"` + schema.URNUser + `","value":null}`, `{"op":"remove","path":"` + schema.URNUser + `"}`,
		`{"op":"replace","value":{"id":"x","meta":{}}}`, `{"op":"replace","value":{"schemas":["urn:x"]}}`,
		`{"op":"replace","path":"emails[type eq \"none\"].value","value":"n"}`, `{"op":"replace","path":"` + badge + `","value":null}`,
		`{"op":"add","path":"` + badge + `","value":null}`, `{"op":"remove","path":"` + badge + `","value":{"tags":"a","fixed":"z"}}`,
		`{"op":"add","path":"emails.value","value":"x"}`, `{"op":"replace","path":"name","value":"text"}`,
		`{"op":"replace","value":{"` + schema.URNUser + `":{"active":null}}}`, `{"op":"add","path":"active","value":"  "}`,
	}
	_ = json.Unmarshal([]byte(list[g.IntN(len(list))]), &op)
	return op
}

// body is a PATCH request as it arrives.
func body(ops ...map[string]any) map[string]any {
	b, err := json.Marshal(map[string]any{"schemas": []string{patch.URN}, "Operations": ops})
	if err != nil {
		panic(err)
	}
	m, err := schema.DecodeJSON(b, 20)
	if err != nil {
		panic(err)
	}
	return m
}

// held reports whether an intent's end state is there.
func (in intent) held(doc map[string]any) bool {
	v := at(doc, in.place)
	if m, ok := in.value.(map[string]any); ok && len(m) == 0 && in.kind != "add" {
		in.value = nil
	}
	switch {
	case in.where != "":
		return in.heldSelected(v)
	case in.kind == "remove" && in.value != nil:
		list, isList := v.([]any)
		return v == nil || isList && !overlaps(list, in.value)
	case in.kind == "remove", in.value == nil && in.kind == "replace":
		return v == nil
	case in.value == nil:
		return false // nothing to add is worth a note
	}
	return holds(v, in.value)
}

func (in intent) heldSelected(v any) bool {
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	hits := 0
	for _, e := range list {
		if !in.selects(e) {
			continue
		}
		hits++
		if in.after != nil {
			m, _ := e.(map[string]any)
			e = m[in.after.Name]
		}
		switch {
		case in.kind == "remove" && in.value != nil:
			have, isList := e.([]any)
			if isList && overlaps(have, in.value) || !isList && e != nil && overlaps([]any{e}, in.value) {
				return false
			}
		case in.kind == "remove" || in.value == nil:
			if e != nil {
				return false
			}
		case !holds(e, in.value):
			return false
		}
	}
	made := in.value
	if in.after != nil {
		made = map[string]any{in.after.Name: in.value}
	}
	if hits == 0 && in.value != nil && overlaps(list, made) {
		return true // the element to create is there
	}
	return hits > 0 || in.kind == "remove" || in.value == nil && in.kind == "replace"
}

func (in intent) selects(e any) bool {
	if m, ok := e.(map[string]any); ok {
		e = m[in.where]
	}
	list, ok := e.([]any)
	if !ok {
		list = []any{e}
	}
	for _, e := range list {
		if s, _ := e.(string); strings.EqualFold(s, in.equals) {
			return true
		}
	}
	return false
}

func at(doc map[string]any, p place) any {
	if p.urn != "" {
		doc, _ = doc[p.urn].(map[string]any)
	}
	v := doc[p.attr.Name]
	if p.sub != nil {
		m, _ := v.(map[string]any)
		v = m[p.sub.Name]
	}
	return v
}

// holds reports whether a value has all that is wanted.
func holds(have, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for k, v := range w {
			if !holds(h[k], v) {
				return false
			}
		}
		return true
	case []any:
		h, _ := have.([]any)
		for _, e := range w {
			if !overlaps(h, e) {
				return false
			}
		}
		return true
	case string:
		h, _ := have.(string)
		return strings.EqualFold(h, w)
	}
	return schema.Equal(have, want)
}

// overlaps reports whether a list has an element that holds one of the wanted.
func overlaps(list []any, want any) bool {
	wanted, ok := want.([]any)
	if !ok {
		wanted = []any{want}
	}
	for _, e := range list {
		for _, w := range wanted {
			if holds(e, w) {
				return true
			}
		}
	}
	return false
}
