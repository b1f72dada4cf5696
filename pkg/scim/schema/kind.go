package schema

import (
	"fmt"
	"maps"
	"slices"
)

// Kind is a value type: a rule for the values of an attribute beyond its data type, with a validator and a
// canonical form. It applies wherever values are read: POST, PUT, PATCH, Bulk and MCP alike. Make it with
// NewKind; the zero Kind has no effect. It must not be changed once it is in use, and is then safe for
// concurrent use if its check is. Package model has kinds for the attributes of users.
type Kind struct {
	Name string // completes "is not a valid …" in notes and faults
	// Strict is the rule in strict mode for attributes without a rule of their own; RuleDefault is
	// RuleRefuse.
	Strict Rule

	check func(string) (string, error) // nil: the kind is the required format of the attribute
	// apply is applyKind. The reference is here, so that a program without kinds does not contain it.
	apply func(c coercer, a *Attribute, v any, path string) (out any, notes []string, err error)
}

// NewKind returns a kind. check returns the form in which a value is stored, or an error that says why it is
// none: the error completes the sentence "the value …", is shown to clients and kept in logs, and must not
// repeat the value. Numbers are given as their digits, all other values as the string in the document;
// booleans are not checked. A form that is empty leaves the value as it is. Filters compare with the stored
// form.
func NewKind(name string, check func(value string) (canonical string, err error)) *Kind {
	return &Kind{Name: name, check: check, apply: applyKind}
}

// Check returns the form in which a value is stored, or the reason why it is none.
func (k *Kind) Check(value string) (canonical string, err error) {
	if k.check == nil {
		return value, nil
	}
	return k.check(value)
}

// Rule says what happens to a value that the value type of its attribute, or the format that RFC 7643
// requires of it, does not accept.
type Rule uint8

// The rules. RuleDefault is RuleNote in tolerant and RuleRefuse in strict mode for a value type, and RuleOff
// in tolerant and RuleRefuse in strict mode for a format of RFC 7643.
const (
	RuleDefault Rule = iota
	RuleOff          // it is not checked
	RuleNote         // it is stored as it is, and the provisioning log has a note
	RuleRefuse       // the request is refused, unless the resource has the value already
)

// ParseRule reads the name of a rule: "off", "note", "refuse", and "" or "default".
func ParseRule(s string) (Rule, error) {
	switch s {
	case "", "default":
		return RuleDefault, nil
	case "off":
		return RuleOff, nil
	case "note":
		return RuleNote, nil
	case "refuse":
		return RuleRefuse, nil
	}
	return RuleDefault, fmt.Errorf("rule %q is not one of off, note, refuse", s)
}

func (r Rule) String() string {
	return [...]string{"default", "off", "note", "refuse"}[min(r, RuleRefuse)]
}

// WithKinds returns a copy of the resource type with value types and rules for attributes. Both are by
// name, as in ResolveName: "userName", "emails.value", "urn:…:Badge:number". A rule without a value type is
// about the type that the attribute has, or the format that RFC 7643 requires. The error names the attribute
// that does not exist, has no such rule, or cannot have a value type, because it is complex or boolean.
func (rt *ResourceType) WithKinds(kinds map[string]*Kind, rules map[string]Rule) (*ResourceType, error) {
	out := *rt
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		t := kinds[name]
		if t == nil || t.check == nil {
			return nil, fmt.Errorf("the kind of %s was not made with NewKind", name)
		}
		if err := out.alter(name, func(a *Attribute) { a.Kind = t }); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		var leaf *Attribute
		if err := out.alter(name, func(a *Attribute) {
			leaf, a.Rule = a, rules[name]
			if a.Kind == nil && a.format != nil {
				a.Kind = NewKind("", nil)
			}
		}); err != nil {
			return nil, err
		}
		if leaf.Kind == nil {
			return nil, fmt.Errorf("rule for %s: the attribute has no value type and no required format", name)
		}
	}
	return &out, nil
}

// alter changes an attribute in copies of it, of its parent and of its schema.
func (rt *ResourceType) alter(name string, change func(*Attribute)) error {
	ref, ok := rt.ResolveName(name)
	switch {
	case !ok || ref.Attr == nil:
		return fmt.Errorf("%s has no attribute %s", rt.Name, name)
	case Common(ref.Attr.Name) == ref.Attr:
		return fmt.Errorf("%s is a common attribute, which cannot have a value type", name)
	case ref.Leaf().Type == Complex:
		return fmt.Errorf("%s is complex; name a sub-attribute, such as %s.value", name, name)
	case ref.Leaf().Type == Boolean:
		return fmt.Errorf("%s is a boolean, which cannot have a value type", name)
	}
	if ref.Container == "" {
		rt.Schema = rt.Schema.altered(ref, change)
		return nil
	}
	rt.Extensions = slices.Clone(rt.Extensions)
	for i, e := range rt.Extensions {
		if e.Schema.ID == ref.Container {
			rt.Extensions[i].Schema = e.Schema.altered(ref, change)
		}
	}
	return nil
}

func (s *Schema) altered(ref Ref, change func(*Attribute)) *Schema {
	attrs := slices.Clone(s.Attributes)
	attr := *ref.Attr
	if ref.Sub == nil {
		change(&attr)
	} else {
		sub := *ref.Sub
		change(&sub)
		attr.SubAttributes = slices.Clone(attr.SubAttributes)
		attr.SubAttributes[slices.Index(attr.SubAttributes, ref.Sub)] = &sub
		attr.subs = nil // compiled again
	}
	attrs[slices.Index(attrs, ref.Attr)] = &attr
	return NewSchema(s.ID, s.Name, s.Description, attrs...)
}
