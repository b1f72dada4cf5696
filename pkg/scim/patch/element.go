package patch

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// selection is a write to the elements that a value filter selects, or to one of their
// sub-attributes (M-15 to M-18).
type selection struct {
	*state
	kind  opKind
	path  *filter.Path
	list  schema.Ref        // the list
	sub   *schema.Attribute // the sub-attribute to write, or nil
	value any               // canonical
	only  naming            // of a remove with a value: what it names; otherwise the zero value
	must  bool              // an element must be selected

	primaries int // written elements that are primary
}

// selected writes elements of a multi-valued attribute or sub-attribute.
func (s *state) selected(kind opKind, path *filter.Path, v any) error {
	w := &selection{state: s, kind: kind, path: path, list: path.Of()}
	w.must = kind == opReplace && !s.mode.Allows(schema.MissingElement)
	if w.list.Sub == nil {
		w.sub = path.Ref.Sub
	}
	if l := s.live(w.list, 0); l != nil {
		return w.indexed(l, v)
	}
	old, _ := s.get(w.list).([]any)
	w.work += weights(old) * path.Comparisons()
	done, err := w.read(v, old)
	if done || err != nil {
		return err
	}
	next, last, err := w.run(old)
	if err != nil {
		return err
	}
	if err := w.onePrimary(); err != nil {
		return err
	}
	if last >= 0 {
		onlyPrimary(next, last) // M-28
	}
	return s.putList(kind, w.list, next)
}

// onePrimary refuses or notes more than one written element that is primary.
func (w *selection) onePrimary() error {
	if w.primaries > 1 {
		if !w.mode.Allows(schema.LastPrimary) {
			return invalid("%s has more than one primary value", w.list)
		}
		w.note("%s has more than one primary value; the last one was kept", w.list)
	}
	return nil
}

// run returns the list with the write done, and the index of the last element written or -1.
func (w *selection) run(old []any) (next []any, last int, err error) {
	next, last = make([]any, 0, len(old)+1), -1
	hits := 0
	for _, e := range old {
		if !w.path.MatchElement(e) || w.only.attr != nil && w.sub == nil && !w.only.has(e) {
			next = append(next, e)
			continue
		}
		hits++
		w.work += perWrite
		changed, err := w.change(e)
		if err != nil {
			return nil, -1, err
		}
		if changed == nil {
			continue
		}
		if m, _ := changed.(map[string]any); m["primary"] == true {
			w.primaries++
		}
		last = len(next)
		next = append(next, changed)
	}
	if hits == 0 && (w.must || w.kind != opRemove) {
		e, err := w.newElement(old)
		if err != nil {
			return nil, -1, err
		}
		if e != nil {
			last = len(next)
			next = append(next, e)
		}
	}
	return next, last, nil
}

// change returns the new form of a selected element, or nil if the element is removed.
func (w *selection) change(e any) (any, error) {
	a := w.list.Leaf()
	var next any
	switch {
	case w.sub != nil:
		m, _ := e.(map[string]any)
		if w.kind == opRemove && w.sub.Required && w.only.attr == nil && m[w.sub.Name] != nil {
			return nil, mutability("%s.%s is required and cannot be removed", w.list, w.sub.Name)
		}
		next = w.part(m)
	case w.kind == opRemove:
		return nil, nil
	case w.kind == opAdd:
		next = merged(a, e, w.value)
	default:
		next = w.completed()
	}
	if next == nil {
		return nil, nil
	}
	return next, frozen(a, e, next)
}

// part returns an element with its sub-attribute written, or nil if that leaves it empty.
func (w *selection) part(m map[string]any) any {
	name := w.sub.Name
	if w.kind == opRemove {
		var rest any
		if w.only.attr != nil && !w.only.part(m) {
			return m
		}
		if list, ok := m[name].([]any); ok && w.only.attr != nil {
			rest = asValue(w.only.without(list))
		}
		if rest == nil && (name == "value" || len(m) == 1 && m[name] != nil) {
			return nil // an element without its value is empty
		}
		next := w.rest.Clone(m)
		set(next, name, rest)
		return next
	}
	if w.kind == opAdd {
		return addParts(w.list.Leaf(), w.rest.Clone(m), map[string]any{name: w.value})
	}
	next := w.rest.Clone(m)
	next[name] = w.value
	return next
}

// completed adds what the filter requires to a replaced element, unless the client sent another
// value: emails[type eq "work"] stays a work address.
func (w *selection) completed() any {
	m, ok := w.value.(map[string]any)
	if !ok || !w.mode.Allows(schema.MissingElement) {
		return w.value
	}
	out := w.path.Equalities()
	if out == nil {
		return w.value
	}
	maps.Copy(out, m)
	return out
}

// newElement creates the element that the client expects to exist, from its filter (AM-07; AM-08
// in tolerant mode). A strict tenant refuses replace (RFC 7644 §3.5.2.3), without a value too. It returns nil if list has the
// element already.
func (w *selection) newElement(list []any) (any, error) {
	parts := w.path.Equalities()
	if parts == nil || w.must {
		return nil, noTarget("the filter in path selects no element of %s", w.list)
	}
	maps.DeleteFunc(parts, func(name string, _ any) bool { // a filter writes nothing that is read-only
		sub := w.list.Leaf().Sub(name)
		return sub != nil && sub.Mutability == schema.ReadOnly
	})
	if w.repeated(parts, list) {
		w.note("the filter on %s selected no element, because one has the new value already", w.list.Leaf().Name)
		return nil, nil
	}
	if w.kind == opReplace {
		w.note("the filter on %s selected no element; one was created from the filter", w.list.Leaf().Name)
	}
	if w.list.Leaf().Type != schema.Complex {
		return w.value, nil
	}
	if w.sub != nil {
		parts[w.sub.Name] = w.value
	} else if m, ok := w.value.(map[string]any); ok {
		maps.Copy(parts, m)
	}
	out, err := w.list.Leaf().CoerceElement(parts, w.mode, w.list.String()) // the filter's values, too
	if out == nil && err == nil {
		return parts, nil
	}
	return out, err
}

// repeated reports whether an operation that replaces what its filter asks for, as emails[value eq "old"].value does, finds
// its end state: an element with the new value, and all else that the filter asks for. Clients that have lost the answer
// repeat a request, and the element must not be doubled.
func (w *selection) repeated(parts map[string]any, list []any) bool {
	if w.sub == nil || w.sub.MultiValued || parts[w.sub.Name] == nil {
		return false
	}
	w.work += perElement * len(list)
	return slices.ContainsFunc(list, func(e any) bool {
		m, _ := e.(map[string]any)
		for name, v := range parts {
			if name == w.sub.Name {
				v = w.value
			}
			if v != "" && (m[name] == nil || !equal(w.list.Leaf().Sub(name), m[name], v)) { // a blank asks for nothing
				return false
			}
		}
		return true
	})
}
