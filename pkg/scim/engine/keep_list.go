package engine

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// pairing finds the elements of a list in the list that replaces it.
type pairing struct {
	keeper *keeper
	attr   *schema.Attribute
	next   []any
	taken  []bool // elements of next that are paired
	path   string
}

// elements keeps parts of the elements of a list: of those that are still there, which it finds by
// all that a client has seen, by value and type, or by immutable values. An element that is left out
// is removed as a whole, unless the client cannot have seen any of it, or an immutable value would
// be lost with it (schema.Attribute.Lost).
func (k *keeper) elements(a *schema.Attribute, was, is []any, path string) ([]any, error) {
	p := pairing{keeper: k, attr: a, next: is, taken: make([]bool, len(is)), path: path + "."}
	out, rest := is, []map[string]any(nil)
	for _, e := range was { // first those that have not changed
		m, _ := e.(map[string]any)
		seen := without(a, m, unread)
		if len(seen) == 0 {
			if m != nil {
				out = append(out[:len(out):len(out)], m)
			}
			continue
		}
		paired, err := p.keep(m, func(n map[string]any) bool { return schema.Equal(seen, without(a, n, unread)) })
		if err != nil {
			return nil, err
		}
		if !paired {
			rest = append(rest, m)
		}
	}
	moved := rest[:0]
	for _, m := range rest {
		paired, err := p.keep(m, func(n map[string]any) bool { return same(a, m, n) })
		if err != nil {
			return nil, err
		}
		if !paired {
			moved = append(moved, m)
		}
	}
	return p.fixed(moved, out)
}

// fixed keeps elements with immutable values, unless the list has them under another value or type.
func (p *pairing) fixed(was []map[string]any, out []any) ([]any, error) {
	for _, m := range was {
		fixed := p.attr.Fixed(m)
		if fixed == nil || p.attr.RemovedWhole() {
			continue
		}
		paired, err := p.keep(m, func(n map[string]any) bool { return schema.Equal(fixed, p.attr.Fixed(n)) })
		if err != nil {
			return nil, err
		}
		if !paired {
			out = append(out[:len(out):len(out)], m)
			p.keeper.notes = schema.Note(p.keeper.notes, "%s: an element with an immutable value was left as it is", strings.TrimSuffix(p.path, "."))
		}
	}
	return out, nil
}

// keep pairs an element with the first that matches, and keeps its parts there.
func (p *pairing) keep(was map[string]any, match func(map[string]any) bool) (paired bool, err error) {
	for i, e := range p.next {
		if next, ok := e.(map[string]any); ok && !p.taken[i] && match(next) {
			p.taken[i] = true
			return true, p.keeper.level(p.keeper.sentElement(p.attr, next, p.path), p.attr.SubAttributes, was, next, p.path)
		}
	}
	return false, nil
}

// same reports whether an element is a new state of another: by its value and type, or without a
// value by all that can change, where it says nothing about the rest.
func same(a *schema.Attribute, was, is map[string]any) bool {
	key, ok := a.Identity(was)
	other, okToo := a.Identity(is)
	if ok || okToo {
		return ok && okToo && key == other
	}
	fixed := func(s *schema.Attribute) bool { return s.Mutability == schema.Immutable || unread(s) }
	rest := without(a, is, fixed)
	return len(rest) == len(is) && len(rest) > 0 && schema.Equal(without(a, was, fixed), rest)
}
