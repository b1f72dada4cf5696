package patch

import (
	"maps"
	"strings"

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
	only  []any             // of a remove with a value: what it names

	primaries int // written elements that are primary
}

// selected writes elements of a multi-valued attribute or sub-attribute.
func (s *state) selected(kind opKind, path *filter.Path, v any) error {
	w := &selection{state: s, kind: kind, path: path, list: path.Of()}
	if w.list.Sub == nil {
		w.sub = path.Ref.Sub
	}
	old, _ := s.get(w.list).([]any)
	done, err := w.read(v, old)
	if done || err != nil {
		return err
	}
	next, last, err := w.run(old)
	if err != nil {
		return err
	}
	if w.primaries > 1 {
		if !s.mode.Allows(schema.LastPrimary) {
			return invalid("%s has more than one primary value", w.list)
		}
		s.note("%s has more than one primary value; the last one was kept", w.list)
	}
	if last >= 0 {
		onlyPrimary(next, last) // M-28
	}
	return s.putList(kind, w.list, next)
}

// read makes the value canonical. done means that there is nothing to write.
func (w *selection) read(v any, old []any) (done bool, err error) {
	if w.kind == opRemove {
		return w.readNamed(v, old)
	}
	if w.value, err = w.elementValue(v); err != nil {
		return true, err
	}
	if w.value != nil {
		return false, nil
	}
	if w.kind == opAdd {
		w.note("%s: there is no value to add", w.path.Ref)
		return true, nil
	}
	w.kind = opRemove // replace with an unassigned value
	return false, nil
}

// readNamed reads the value of a remove. Without a sub-attribute it names elements. With one it
// names values of the sub-attribute; values that no selected element has are ignored in tolerant
// mode, because Entra ID sends the new value with the remove of the old one.
func (w *selection) readNamed(v any, old []any) (done bool, err error) {
	if v == nil {
		return false, nil
	}
	if err := w.honours(w.path.Ref); err != nil {
		return true, err
	}
	a := w.list.Leaf()
	if w.sub != nil {
		a = w.sub
	}
	if _, isList := v.([]any); !isList && a.MultiValued {
		v = []any{v}
	}
	out, err := a.Coerce(v, w.mode, w.path.Ref.String())
	if err != nil {
		return true, err
	}
	given, isList := out.([]any)
	if !isList && out != nil {
		given = []any{out}
	}
	switch {
	case len(given) == 0 && w.sub == nil:
		w.note("the value of remove names no element of %s; nothing was removed", w.list)
		return true, nil
	case w.sub == nil || w.has(a, old, given):
		w.only = given
	case w.sub.MultiValued: // the named values are not there
		return true, nil
	case w.mode.Strict:
		return true, syntax("the value of remove is not a value of %s that the filter selects", w.path.Ref)
	case len(given) > 0:
		w.note("the value of remove was ignored: the filter in path names what to remove")
	}
	return false, nil
}

// has reports whether a selected element has one of the named values in the sub-attribute.
func (w *selection) has(a *schema.Attribute, old, given []any) bool {
	for _, e := range old {
		if m, _ := e.(map[string]any); w.path.MatchElement(e) && w.namedPart(a, m, given) {
			return true
		}
	}
	return false
}

func (w *selection) namedPart(a *schema.Attribute, m map[string]any, given []any) bool {
	v := m[w.sub.Name]
	if list, ok := v.([]any); ok {
		return len(without(a, list, given)) < len(list)
	}
	return v != nil && named(a, v, given)
}

// elementValue returns the canonical form of the value to write into an element. A JSON object in
// a string is the object (SCIM-SDK's client).
func (w *selection) elementValue(v any) (any, error) {
	if w.sub != nil {
		return w.sub.Coerce(v, w.mode, w.path.Ref.String())
	}
	a := w.list.Leaf()
	if list, ok := v.([]any); ok && len(list) <= 1 && w.mode.Allows(schema.ListOfOne) {
		if len(list) == 0 {
			return nil, nil
		}
		w.note("%s: a list of one was read as its element", w.list)
		v = list[0]
	}
	if v == nil {
		return nil, nil
	}
	if m := unpacked(a, v); m != nil && w.mode.Allows(schema.StringValue) {
		w.note("%s: JSON in a string was read as an object", w.list)
		v = m
	}
	return a.CoerceElement(v, w.mode, w.list.String())
}

// unpacked returns the JSON object in a string where an object belongs, or nil.
func unpacked(a *schema.Attribute, v any) map[string]any {
	s, ok := v.(string)
	if s = strings.TrimSpace(s); !ok || a.Type != schema.Complex || len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return nil
	}
	m, err := schema.DecodeJSON([]byte(s), 4)
	if err != nil {
		return nil
	}
	return m
}

// run returns the list with the write done, and the index of the last element written or -1.
func (w *selection) run(old []any) (next []any, last int, err error) {
	next, last = make([]any, 0, len(old)+1), -1
	hits := 0
	for _, e := range old {
		if !w.path.MatchElement(e) || w.only != nil && w.sub == nil && !named(w.list.Leaf(), e, w.only) {
			next = append(next, e)
			continue
		}
		hits++
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
	if hits == 0 && w.kind != opRemove {
		e, err := w.newElement()
		if err != nil {
			return nil, -1, err
		}
		last = len(next)
		next = append(next, e)
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
		if w.only != nil && !w.namedPart(w.sub, m, w.only) {
			return m
		}
		if list, ok := m[name].([]any); ok && w.only != nil {
			rest = asValue(without(w.sub, list, w.only))
		}
		if rest == nil && (name == "value" || len(m) == 1 && m[name] != nil) {
			return nil // an element without its value is empty
		}
		next := maps.Clone(m)
		set(next, name, rest)
		return next
	}
	if w.kind == opAdd {
		return addParts(w.list.Leaf(), maps.Clone(m), map[string]any{name: w.value})
	}
	next := maps.Clone(m)
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
// in tolerant mode).
func (w *selection) newElement() (any, error) {
	parts := w.path.Equalities()
	if parts == nil || w.kind == opReplace && !w.mode.Allows(schema.MissingElement) {
		return nil, noTarget("the filter in path selects no element of %s", w.list)
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
	return parts, nil
}
