package schema

import (
	"maps"
	"slices"
	"strings"
)

// Canonical turns the body of a POST or PUT into a canonical document (see the package
// comment) and says in notes what it ignored or repaired. readOnly attributes are ignored
// members are kept; required attributes are not checked (see CheckRequired). raw is
// not changed. Errors are *Fault. (RFC 7643 §2, RFC 7644 §3.3)
func (rt *ResourceType) Canonical(raw map[string]any, m Mode) (doc map[string]any, notes []string, err error) {
	m.less |= rt.less
	c := &coercer{mode: m}
	if err := c.schemas(rt, raw); err != nil {
		return nil, nil, err
	}
	doc = make(map[string]any, len(raw)+2)
	if err := c.core(rt, doc, raw); err != nil {
		return nil, nil, err
	}
	rt.FixSchemas(doc)
	return doc, c.notes, nil
}

// core fills doc from an object that holds attributes of the base schema.
func (c *coercer) core(rt *ResourceType, doc, raw map[string]any) error {
	used := 0
	for _, a := range rt.Schema.Attributes {
		if v, ok := raw[a.Name]; ok {
			used++
			if err := c.set(doc, Ref{Attr: a}, v); err != nil {
				return err
			}
		}
	}
	if v, ok := raw["externalId"]; ok {
		used++
		if err := c.set(doc, Ref{Attr: externalIDAttr}, v); err != nil {
			return err
		}
	}
	for _, e := range rt.Extensions {
		if v, ok := raw[e.Schema.ID]; ok {
			used++
			if err := c.extension(doc, e.Schema, v); err != nil {
				return err
			}
		}
	}
	if _, ok := raw["schemas"]; ok {
		used++
	}
	if used == len(raw) {
		return nil
	}
	for _, k := range sortedKeys(raw) {
		if rt.spelled(k) {
			continue
		}
		if err := c.place(rt, doc, k, raw[k]); err != nil {
			return err
		}
	}
	return nil
}

// spelled tells whether core has dealt with a key already.
func (rt *ResourceType) spelled(key string) bool {
	if a := rt.Schema.Attribute(key); a != nil && a.Name == key || key == "externalId" || key == "schemas" {
		return true
	}
	for _, e := range rt.Extensions {
		if e.Schema.ID == key {
			return true
		}
	}
	return false
}

// place finds where a key belongs that is not spelled like a base attribute: another
// letter case, a schema container, a flat URN key, a bare name of an extension.
func (c *coercer) place(rt *ResourceType, doc map[string]any, key string, v any) error {
	c.again = true
	if SameName(key, rt.Schema.ID) {
		inner, ok := v.(map[string]any)
		if !ok && v != nil {
			return invalidValue(key, "must be an object")
		}
		return c.core(rt, doc, inner)
	}
	if e, ok := rt.Extension(key); ok {
		return c.extension(doc, e.Schema, v)
	}
	if ref, ok := rt.ResolveName(key); ok && ref.Attr != nil {
		switch {
		case ref.Container == "" || IsURN(key):
			return c.set(doc, ref, v)
		case c.mode.Allows(BareExtension):
			c.note("%s was read without its schema", ref.Attr.Name)
			return c.set(doc, ref, v)
		}
	}
	if !c.mode.Allows(UnknownNames) {
		return NewFault(FaultUnknown, "unknown attribute %s", quote(key)).About(NameOnly(key))
	}
	c.note("unknown attribute %s was ignored", quote(key))
	return nil
}

// ResolveName resolves "name", "name.sub", "urn:…:name.sub" or a schema URN, in any case.
func (rt *ResourceType) ResolveName(s string) (Ref, bool) {
	if IsURN(s) {
		if ref, ok := rt.Resolve(s, "", ""); ok {
			return ref, true
		}
		i := strings.LastIndexByte(s, ':')
		name, sub, _ := strings.Cut(s[i+1:], ".")
		return rt.Resolve(s[:i], name, sub)
	}
	name, sub, dotted := strings.Cut(s, ".")
	if name == "" || dotted && sub == "" {
		return Ref{}, false
	}
	return rt.Resolve("", name, sub)
}

func (c *coercer) extension(doc map[string]any, s *Schema, v any) error {
	raw, ok := v.(map[string]any)
	if !ok {
		if v == nil {
			return nil
		}
		return invalidValue(s.ID, "must be an object")
	}
	for _, k := range sortedKeys(raw) {
		name, sub, _ := strings.Cut(k, ".")
		a := s.Attribute(name)
		ref := Ref{Container: s.ID, Attr: a}
		if a != nil && sub != "" {
			ref.Sub = a.Sub(sub)
		}
		if a == nil || sub != "" && ref.Sub == nil {
			if !c.mode.Allows(UnknownNames) {
				return NewFault(FaultUnknown, "unknown attribute %s in %s", quote(k), s.ID).About(NameOnly(k))
			}
			c.note("unknown attribute %s in %s was ignored", quote(k), s.ID)
			continue
		}
		if err := c.set(doc, ref, raw[k]); err != nil {
			return err
		}
	}
	return nil
}

// set coerces a value and stores it at its place.
func (c *coercer) set(doc map[string]any, ref Ref, v any) error {
	a := ref.Attr
	if a.Mutability == ReadOnly || a == schemasAttr || ref.Leaf().Mutability == ReadOnly {
		return nil
	}
	level := doc
	if ref.Container != "" {
		if level, _ = doc[ref.Container].(map[string]any); level == nil {
			level = map[string]any{}
			doc[ref.Container] = level
		}
	}
	if ref.Sub != nil {
		return c.dotted(level, ref, v)
	}
	out, err := c.value(a, v, a.Name)
	if err != nil || out == nil {
		return err
	}
	if old, ok := level[a.Name]; c.again && ok && !Equal(old, out) {
		return duplicate(ref)
	}
	level[a.Name] = out
	return nil
}

// dotted stores the value of a key such as "name.givenName". Only the sub-attribute of a
// singular attribute can be set this way.
func (c *coercer) dotted(level map[string]any, ref Ref, v any) error {
	a := ref.Attr
	if a.MultiValued {
		c.note("%s was ignored: it does not say which element", ref)
		return nil
	}
	c.again = true
	out, err := c.value(ref.Sub, v, a.Name+"."+ref.Sub.Name)
	if err != nil || out == nil {
		return err
	}
	parent, _ := level[a.Name].(map[string]any)
	if old, ok := parent[ref.Sub.Name]; ok && !Equal(old, out) {
		return duplicate(ref)
	}
	if parent = maps.Clone(parent); parent == nil { // it may be the client's own
		parent = map[string]any{}
	}
	parent[ref.Sub.Name] = out
	level[a.Name] = parent
	return nil
}

// duplicate is the fault of two keys that give one attribute different values, such as
// "nickName" and "urn:ietf:params:scim:schemas:core:2.0:User:nickName".
func duplicate(ref Ref) error {
	return NewFault(FaultJSON, "duplicate attribute %s", ref).About(ref.String())
}

// schemas checks the schemas attribute of a body. The URNs of the document
// are then derived from its data, so nothing is kept of the list.
func (c *coercer) schemas(rt *ResourceType, raw map[string]any) error {
	v := Field(raw, "schemas")
	if s, ok := v.(string); ok && c.mode.Allows(BareValue) {
		c.note("schemas: one value was read as a list of one")
		v = []any{s}
	}
	list, isList := v.([]any)
	switch {
	case !isList && v != nil:
		return NewFault(FaultSchemas, "schemas must be a list of URNs")
	case len(list) == 0 && !c.mode.Allows(NoSchemas):
		return NewFault(FaultSchemas, "schemas must list %s", rt.Schema.ID)
	}
	if len(list) == 0 {
		c.note("schemas is missing; the endpoint says what it is")
	}
	base := false
	for _, e := range list {
		urn, ok := e.(string)
		if !ok {
			return NewFault(FaultSchemas, "schemas must be a list of URNs")
		}
		if SameName(urn, rt.Schema.ID) {
			base = true
		} else if err := c.extensionURN(rt, urn); err != nil {
			return err
		}
	}
	if !base && c.mode.Strict {
		return NewFault(FaultSchemas, "schemas must list %s", rt.Schema.ID)
	}
	return nil
}

// extensionURN checks a URN of schemas that is not the base schema.
func (c *coercer) extensionURN(rt *ResourceType, urn string) error {
	if _, ok := rt.Extension(urn); ok {
		return nil
	}
	isCore := slices.ContainsFunc(coreURNs[:], func(u string) bool { return SameName(u, urn) })
	if isCore || !c.mode.Allows(UnknownSchemas) {
		return NewFault(FaultSchemas, "%s is not a schema of %s", quote(urn), rt.Name)
	}
	c.note("unknown schema %s was ignored", quote(urn))
	return nil
}

var coreURNs = [...]string{URNUser, URNGroup, URNServiceProviderConfig, URNResourceType, URNSchema}

// CheckRequired tells whether every required attribute and extension has a value
// . The fault is invalidValue and names the attribute.
func (rt *ResourceType) CheckRequired(doc map[string]any) error {
	if name := missing(doc, rt.Schema.Attributes); name != "" {
		return lacks(name)
	}
	for _, e := range rt.Extensions {
		ext, ok := doc[e.Schema.ID].(map[string]any)
		if !ok {
			if e.Required {
				return NewFault(FaultRequired, "the extension %s is required", e.Schema.ID).About(e.Schema.ID)
			}
			continue
		}
		if name := missing(ext, e.Schema.Attributes); name != "" {
			return lacks(e.Schema.ID + ":" + name)
		}
	}
	return nil
}

func lacks(name string) error {
	return NewFault(FaultRequired, "%s is required", name).About(name)
}

// missing names the first required attribute without a value, or is "".
func missing(level map[string]any, attrs []*Attribute) string {
	for _, a := range attrs {
		v := level[a.Name]
		if a.Required && (v == nil || v == "") && a.Mutability != ReadOnly {
			return a.Name
		}
		sub := ""
		switch v := v.(type) {
		case map[string]any:
			sub = missing(v, a.SubAttributes)
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok && sub == "" {
					sub = missing(m, a.SubAttributes)
				}
			}
		}
		if sub != "" {
			return a.Name + "." + sub
		}
	}
	return ""
}
