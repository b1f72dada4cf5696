package tenant

import (
	"fmt"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// withKinds returns the resource types, a list of the caller's own, with value types and with the Rules.
// An attribute that no type has is an error in Rules, and nothing in kinds, which are for all tenants.
func (s Settings) withKinds(kinds map[string]*schema.Kind) ([]*schema.ResourceType, error) {
	types := slices.Clone(s.Types)
	if len(types) == 0 {
		types = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	if len(kinds) == 0 && len(s.Rules) == 0 {
		return types, nil
	}
	known := map[string]bool{}
	for i, rt := range types {
		own := map[string]*schema.Kind{}
		for name, k := range kinds {
			if names(rt, name) && kindOf(rt, name) == nil {
				own[name] = k
			}
		}
		var err error
		if rt, err = rt.WithKinds(own, nil); err != nil {
			return nil, fmt.Errorf("value types: %w", err)
		}
		for name, rule := range s.Rules {
			if !names(rt, name) {
				continue
			}
			known[name] = true
			if with, err := rt.WithKinds(nil, map[string]schema.Rule{name: rule}); err == nil { // otherwise it is idle
				rt = with
			}
		}
		types[i] = rt
	}
	for _, name := range slices.Sorted(maps.Keys(s.Rules)) {
		if !known[name] {
			return nil, fmt.Errorf("no resource type of the tenant has the attribute %s of Rules", name)
		}
	}
	return types, nil
}

// IdleRules returns the names in Rules that have no effect in a program with these value types, ascending:
// their attributes have no value type, and RFC 7643 requires no format.
func (s Settings) IdleRules(kinds map[string]*schema.Kind) []string {
	rules := s.Rules
	s.Rules = nil
	types, err := s.withKinds(kinds)
	if err != nil {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		idle := !slices.ContainsFunc(types, func(rt *schema.ResourceType) bool {
			_, err := rt.WithKinds(nil, map[string]schema.Rule{name: rules[name]})
			return names(rt, name) && err == nil
		})
		if idle {
			out = append(out, name)
		}
	}
	return out
}

// names reports whether a name is one of an attribute of the type. One without a URN is for users.
func names(rt *schema.ResourceType, name string) bool {
	ref, ok := rt.ResolveName(name)
	return ok && ref.Attr != nil && (rt.IsUser() || schema.IsURN(name))
}

// kindOf returns the value type that an attribute has, or nil.
func kindOf(rt *schema.ResourceType, name string) *schema.Kind {
	ref, _ := rt.ResolveName(name)
	return ref.Leaf().Kind
}
