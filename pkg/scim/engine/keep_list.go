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
	sent   map[string]map[string]any // see sentElements
}

// elements keeps parts of the elements of a list: of those that are still there, which it finds by
// all that a client has seen, by value and type, or by immutable values. An element that is left out
// is removed as a whole, unless the client can have written none of it, or an immutable value would
// be lost with it (schema.Attribute.Lost).
func (k *keeper) elements(a *schema.Attribute, was, is []any, path string) ([]any, error) {
	p := pairing{keeper: k, attr: a, next: is, taken: make([]bool, len(is)), path: path + "."}
	unchanged := p.by(func(n map[string]any) string { return contentOf(without(a, n, unread)) })
	out, rest := is, []map[string]any(nil)
	for _, e := range was { // first those that have not changed
		m, _ := e.(map[string]any)
		seen := without(a, m, unsent)
		if len(seen) == 0 {
			if m != nil {
				out = append(out[:len(out):len(out)], m)
			}
			continue
		}
		paired, err := p.keep(m, unchanged[contentOf(seen)])
		if err != nil {
			return nil, err
		}
		if !paired {
			rest = append(rest, m)
		}
	}
	if len(rest) == 0 {
		return p.fixed(nil, out)
	}
	same := p.by(func(n map[string]any) string { return stateOf(a, n, true) })
	moved := rest[:0]
	for _, m := range rest {
		paired, err := p.keep(m, same[stateOf(a, m, false)])
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
	if len(was) == 0 || p.attr.RemovedWhole() {
		return out, nil
	}
	index := p.by(func(n map[string]any) string { return contentOf(p.attr.Fixed(n)) })
	for _, m := range was {
		fixed := p.attr.Fixed(m)
		if fixed == nil {
			continue
		}
		paired, err := p.keep(m, index[contentOf(fixed)])
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

// by indexes the elements of next that are not paired yet, by a key; "" is none. So each element is looked up, and lists
// are not compared element by element.
func (p *pairing) by(key func(map[string]any) string) map[string][]int {
	out := make(map[string][]int, len(p.next))
	for i, e := range p.next {
		if n, ok := e.(map[string]any); ok && !p.taken[i] {
			if k := key(n); k != "" {
				out[k] = append(out[k], i)
			}
		}
	}
	return out
}

// keep pairs an element with the first of some elements of next that is not paired, and keeps its parts there.
func (p *pairing) keep(was map[string]any, among []int) (paired bool, err error) {
	for _, i := range among {
		if next, ok := p.next[i].(map[string]any); ok && !p.taken[i] {
			p.taken[i] = true
			return true, p.keeper.level(p.sentElement(next), p.attr.SubAttributes, was, next, p.path)
		}
	}
	return false, nil
}

// contentOf is the content of an element as a key, or "" if it has none.
func contentOf(m map[string]any) string {
	if len(m) == 0 {
		return ""
	}
	return string(schema.AppendValue(nil, m))
}

// stateOf is the key of an element under which its other states are found: its value and type, or without a value all
// that can change. A new state without a value that says something about the rest has none.
func stateOf(a *schema.Attribute, m map[string]any, isNew bool) string {
	if key, ok := a.Identity(m); ok {
		return "value " + key[0] + "\x00" + key[1]
	}
	rest := without(a, m, func(s *schema.Attribute) bool { return s.Mutability == schema.Immutable || unsent(s) })
	if isNew && len(rest) != len(m) {
		return ""
	}
	return contentOf(rest)
}
