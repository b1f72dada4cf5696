package schema

import (
	"errors"
	"maps"
	"strings"
)

// Canonical returns the canonical document (see the package comment) for the body of a POST or
// PUT, and notes on what it ignored or repaired. It ignores readOnly attributes, keeps
// members, and leaves required attributes to CheckRequired. It does not change raw. Two keys
// that give one attribute different values are an error. Errors are *Fault.
// (RFC 7643 §2, RFC 7644 §3.3)
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

// core fills doc from an object with attributes of the base schema: the body, or a container
// under the URN of the base schema. Keys in the spelling of the schema need no further look-up.
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

// spelled reports whether core has handled a key already.
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

// place handles a key that is not spelled like a base attribute: a name in another case, the
// container of a schema, a URN with a name, or the name of an extension's attribute alone.
func (c *coercer) place(rt *ResourceType, doc map[string]any, key string, v any) error {
	c.again = true
	if SameName(key, rt.Schema.ID) {
		inner, err := c.container(key, v)
		if err != nil {
			return err
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
			c.note("%s was read without its schema URN", ref.Attr.Name)
			return c.set(doc, ref, v)
		}
	}
	if name, urn, ok := rt.Undot(key); ok && !c.mode.Strict {
		c.note("the dot after the URN %s was read as a colon", urn)
		return c.place(rt, doc, name, v)
	}
	return c.unknown(key, "")
}

// unknown ignores a member that is no attribute, with a note, or returns a fault. where says in what it is.
func (c *coercer) unknown(key, where string) error {
	if !c.mode.Allows(UnknownNames) {
		return NewFault(FaultUnknown, "unknown attribute %s%s", quote(key), where).About(NameOnly(key))
	}
	c.note("unknown attribute %s%s was ignored", quoted(key), where)
	return nil
}

func (c *coercer) extension(doc map[string]any, s *Schema, v any) error {
	raw, err := c.container(s.ID, v)
	if err != nil {
		return err
	}
	for _, k := range sortedKeys(raw) {
		name, sub, _ := strings.Cut(k, ".")
		a := s.Attribute(name)
		ref := Ref{Container: s.ID, Attr: a}
		if a != nil && sub != "" {
			ref.Sub = a.Sub(sub)
		}
		if a == nil || sub != "" && ref.Sub == nil {
			if err := c.unknown(k, " in "+s.ID); err != nil {
				return err
			}
			continue
		}
		if err := c.set(doc, ref, raw[k]); err != nil {
			return err
		}
	}
	return nil
}

// set coerces a value and stores it in doc.
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
	if c.ref = ref; ref.Sub != nil {
		return c.dotted(level, ref, v)
	}
	counted := c.bytes
	out, err := c.value(a, v, a.Name)
	if ref.isMembers() {
		c.bytes = counted // a store keeps them as edges
	}
	if err != nil || out == nil {
		return inContainer(ref, err)
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
		if !c.mode.Allows(UnknownNames) {
			return c.unknown(ref.String(), "")
		}
		c.note("%s was ignored: it does not say which element", ref)
		return nil
	}
	c.again = true
	out, err := c.value(ref.Sub, v, a.Name+"."+ref.Sub.Name)
	if err != nil || out == nil {
		return inContainer(ref, err)
	}
	parent, _ := level[a.Name].(map[string]any)
	if old, ok := parent[ref.Sub.Name]; ok && !Equal(old, out) {
		return duplicate(ref)
	}
	if parent = maps.Clone(parent); parent == nil { // it may be part of raw
		parent = map[string]any{}
	}
	parent[ref.Sub.Name] = out
	level[a.Name] = parent
	return nil
}

// inContainer puts the URN of an extension before the name that a fault of one of its attributes begins with. Values are
// read by their short names, because the full one would cost an allocation for each.
func inContainer(ref Ref, err error) error {
	if f, ok := errors.AsType[*Fault](err); ok && ref.Container != "" && strings.HasPrefix(f.Detail, ref.Attr.Name) && strings.HasPrefix(f.Attribute, ref.Attr.Name) {
		f.Detail = ref.Container + ":" + f.Detail
		f.Attribute = ref.Container + ":" + f.Attribute
	}
	return err
}

// duplicate returns the fault for two keys that give one attribute different values, such as
// "nickName" and "urn:ietf:params:scim:schemas:core:2.0:User:nickName".
func duplicate(ref Ref) error {
	return NewFault(FaultJSON, "duplicate attribute %s", ref).About(ref.String())
}
