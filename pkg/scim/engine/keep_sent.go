package engine

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// sent is what the body of a PUT has of one complex value, which says what a client names without a value: it means to
// unassign that (RFC 7643 §2.5). The zero value stands for the resource and its extensions.
type sent struct {
	of     *schema.Attribute
	object map[string]any // as it was sent
}

// sentOf is what the body has of a singular complex attribute.
func (k *keeper) sentOf(a *schema.Attribute) sent {
	v, _ := valueOf(k.rt, k.body, a)
	if list, ok := v.([]any); ok && len(list) == 1 && !k.strict { // schema.ListOfOne
		v = list[0]
	}
	object, _ := v.(map[string]any)
	return sent{a, object}
}

// sentElement is what the body has of an element of next, which is found by its content, for the canonical form has lost
// what was null. primary may have been taken away since.
func (p *pairing) sentElement(e map[string]any) sent {
	if p.sent == nil {
		p.sent = p.keeper.sentElements(p.attr, p.path)
	}
	return sent{p.attr, p.sent[contentOf(without(p.attr, e, isPrimary))]}
}

func isPrimary(s *schema.Attribute) bool { return s.Name == "primary" }

// sentElements are the elements of a list that name parts which GET does not show, as they were sent, by the content that
// was read of them.
func (k *keeper) sentElements(a *schema.Attribute, path string) map[string]map[string]any {
	v, _ := valueOf(k.rt, k.body, a)
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	out := map[string]map[string]any{}
	for _, raw := range list {
		object, _ := raw.(map[string]any)
		if !slices.ContainsFunc(a.SubAttributes, func(s *schema.Attribute) bool { return unread(s) && hasKey(object, s.Name) }) {
			continue
		}
		read, _ := a.CoerceElement(object, k.rt.Mode(k.strict), path)
		if m, ok := read.(map[string]any); ok {
			if key := contentOf(without(a, m, isPrimary)); out[key] == nil {
				out[key] = object
			}
		}
	}
	return out
}

// valueOf returns what was sent for an attribute, or a part of what from is of.
func (k *keeper) valueOf(from sent, a *schema.Attribute) (v any, ok bool) {
	if from.of == nil {
		return valueOf(k.rt, k.body, a)
	}
	for name, v := range from.object {
		if schema.SameName(name, a.Name) {
			return v, true
		}
	}
	if from.of.MultiValued {
		return nil, false
	}
	return k.dotted(from.of, a)
}

// dotted returns what a body has under a key such as "name.givenName".
func (k *keeper) dotted(of, a *schema.Attribute) (v any, ok bool) {
	for key, v := range k.body {
		if ref, ok := k.rt.ResolveName(key); ok && ref.Attr == of && ref.Sub == a {
			return v, true
		}
		level, _ := v.(map[string]any)
		if level == nil || !schema.IsURN(key) {
			continue
		}
		for name, v := range level {
			if ref, ok := k.rt.ResolveName(key + ":" + name); ok && ref.Attr == of && ref.Sub == a {
				return v, true
			}
		}
	}
	return nil, false
}

func hasKey(m map[string]any, name string) bool {
	for k := range m {
		if schema.SameName(k, name) {
			return true
		}
	}
	return false
}

// valueOf returns what a body has for a top-level attribute, as it was sent.
func valueOf(rt *schema.ResourceType, body map[string]any, a *schema.Attribute) (v any, ok bool) {
	for k, v := range body {
		if ref, ok := rt.ResolveName(k); ok && ref.Attr == a && ref.Sub == nil {
			return v, true
		}
		level, _ := v.(map[string]any)
		if level == nil || !schema.IsURN(k) {
			continue
		}
		for name, v := range level {
			if ref, ok := rt.Resolve(k, name, ""); ok && ref.Attr == a {
				return v, true
			}
		}
	}
	return nil, false
}

// unreadable reports whether the body has a list for an attribute that Canonical could read no element of.
func (k *keeper) unreadable(from sent, a *schema.Attribute) bool {
	if !a.MultiValued {
		return false
	}
	v, _ := k.valueOf(from, a)
	return a.Unreadable(v, nil)
}
