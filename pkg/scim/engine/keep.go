package engine

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// keepOnReplace carries over what a PUT must not lose when its body omits it: what is kept however
// it is left out (schema.ResourceType.Kept), externalId (tolerant), immutable and readOnly values, and what the
// client cannot have read, so that a PUT of what GET has answered changes nothing (U-04, A-28,
// A strict tenant can unassign active and password by naming them without a value.
func keepOnReplace(w *modification, old, next map[string]any) (notes []string, err error) {
	at := w.Target
	for _, a := range at.Type.Schema.Attributes {
		if _, ok := next[a.Name]; ok || old[a.Name] == nil || !at.Type.Kept(a) {
			continue
		}
		given := names(at.Type, w.body, a)
		if given && at.Tenant.Strict {
			continue
		}
		next[a.Name] = old[a.Name]
		if given {
			notes = append(notes, a.Name+" without a value was left as it is")
		}
	}
	if _, ok := next["externalId"]; !ok && old["externalId"] != nil && !at.Tenant.Strict {
		next["externalId"] = old["externalId"]
	}
	k := keeper{rt: at.Type, body: w.body, strict: at.Tenant.Strict}
	if err := k.level(sent{}, at.Type.Schema.Attributes, old, next, ""); err != nil {
		return nil, err
	}
	for _, e := range at.Type.Extensions {
		was, _ := old[e.Schema.ID].(map[string]any)
		is, given := next[e.Schema.ID].(map[string]any)
		if was == nil {
			continue
		}
		if !given {
			is = map[string]any{}
		}
		if err := k.level(sent{}, e.Schema.Attributes, was, is, e.Schema.ID+":"); err != nil {
			return nil, err
		}
		if !given && len(is) > 0 {
			keepRequired(e.Schema.Attributes, was, is)
		}
		if len(is) > 0 {
			next[e.Schema.ID] = is
		}
	}
	return append(notes, k.notes...), nil
}

// names reports whether a body names a top-level attribute, with or without a value.
func names(rt *schema.ResourceType, body map[string]any, a *schema.Attribute) bool {
	_, ok := valueOf(rt, body, a)
	return ok
}

// unread reports whether GET does not show an attribute unless it is asked for.
func unread(a *schema.Attribute) bool { return isHidden(a) || a.Mutability == schema.WriteOnly }

// unsent reports whether nothing follows from it that a body lacks an attribute: the client has not read it, or what it
// sends of it is ignored (RFC 7644 §3.5.1).
func unsent(a *schema.Attribute) bool { return unread(a) || a.Mutability == schema.ReadOnly }

// keeper carries over what clients cannot change (RFC 7643 §2.2) or have not read.
type keeper struct {
	rt     *schema.ResourceType
	body   map[string]any
	strict bool
	notes  []string
}

// level does so for the attributes of one object, or of an extension. from is what the client sent of it; prefix
// names it in errors.
func (k *keeper) level(from sent, attrs []*schema.Attribute, old, next map[string]any, prefix string) error {
	for _, a := range attrs {
		was, ok := old[a.Name]
		if !ok {
			continue
		}
		is, given := next[a.Name]
		switch {
		case a.Mutability == schema.ReadOnly:
			next[a.Name] = was
		case a.Mutability == schema.Immutable:
			if given && !schema.Equal(was, is) {
				return scim.NewError(scim.CodeMutability, "%s%s is immutable and already has another value", prefix, a.Name)
			}
			next[a.Name] = was
		case !given && k.unreadable(from, a):
			k.notes = schema.Note(k.notes, "no element of %s has a value; it was left as it is", prefix+a.Name)
			next[a.Name] = was
		case !given && unread(a):
			if _, named := k.valueOf(from, a); !named && !k.rt.Kept(a) {
				next[a.Name] = was
			}
		case a.Type == schema.Complex && guarded(a):
			if err := k.complex(a, was, next, prefix+a.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// guarded reports whether an attribute has parts that may have to be kept.
func guarded(a *schema.Attribute) bool {
	for _, s := range a.SubAttributes {
		if s.Mutability == schema.Immutable || unsent(s) {
			return true
		}
	}
	return false
}

// complex keeps parts of a complex value, or of the elements of a list.
func (k *keeper) complex(a *schema.Attribute, was any, next map[string]any, path string) error {
	switch was := was.(type) {
	case []any:
		list, _ := next[a.Name].([]any)
		list, err := k.elements(a, was, list, path)
		if len(list) > 0 {
			next[a.Name] = list
		}
		return err
	case map[string]any:
		from := k.sentOf(a)
		if is, ok := next[a.Name].(map[string]any); ok {
			return k.level(from, a.SubAttributes, was, is, path+".")
		}
		kept, err := k.remainder(from, a, was, path)
		if len(kept) > 0 {
			keepRequired(a.SubAttributes, was, kept)
			next[a.Name] = kept
		}
		return err
	}
	return nil
}

// remainder is what stays of a complex value that has no value in the body: immutable parts; and those that the client
// cannot have seen and does not name, if the body has an object or the client cannot have seen any part.
func (k *keeper) remainder(from sent, a *schema.Attribute, was map[string]any, path string) (map[string]any, error) {
	kept := map[string]any{}
	written := len(without(a, was, unsent)) > 0
	if len(from.object) > 0 || !names(k.rt, k.body, a) && !written {
		err := k.level(from, a.SubAttributes, was, kept, path+".")
		if written && len(without(a, kept, func(s *schema.Attribute) bool { return s.Mutability == schema.ReadOnly })) == 0 {
			kept = nil // what is readOnly says something about a value that is gone
		}
		return kept, err
	}
	for _, s := range a.SubAttributes {
		if v, ok := was[s.Name]; ok && s.Mutability == schema.Immutable {
			kept[s.Name] = v
		}
	}
	return kept, nil
}

// keepRequired keeps what the parts that stay cannot be without.
func keepRequired(attrs []*schema.Attribute, was, kept map[string]any) {
	for _, a := range attrs {
		if v, ok := was[a.Name]; ok && a.Required {
			kept[a.Name] = v
		}
	}
}

// without is an element without some of its sub-attributes.
func without(a *schema.Attribute, e map[string]any, drop func(*schema.Attribute) bool) map[string]any {
	out := make(map[string]any, len(e))
	for name, v := range e {
		if s := a.Sub(name); s == nil || !drop(s) {
			out[name] = v
		}
	}
	return out
}
