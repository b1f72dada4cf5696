package patch

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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
	if w.sub != nil && w.kind == opReplace && w.unreadable(w.sub, w.path.Ref.String(), v, nil) {
		return true, nil
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
// mode, because Entra ID sends the new value with the remove of the old one. An empty value names
// nothing: then the filter alone says what to remove.
func (w *selection) readNamed(v any, old []any) (done bool, err error) {
	if nothing(v) {
		return false, nil
	}
	if err := w.honours(w.path.Ref); err != nil {
		return true, err
	}
	ref := w.list
	if w.sub != nil {
		ref = w.path.Ref
	}
	a := ref.Leaf()
	if _, isList := v.([]any); !isList && a.MultiValued {
		v = []any{v}
	}
	mode := w.mode
	mode.Unchecked = true // it names values
	out, err := ref.Coerce(w.unlisted(ref, v), mode)
	if err != nil {
		return true, err
	}
	given, isList := out.([]any)
	if !isList && out != nil {
		given = []any{out}
	}
	names := newNaming(a, given, nil)
	w.work += perWrite*len(given) + perElement*names.testsAll()*len(old)
	switch {
	case len(given) == 0 && w.sub == nil:
		w.note("the value of remove names no element of %s; nothing was removed", w.list)
		return true, nil
	case w.sub == nil || w.has(&names, old):
		w.only = names
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
func (w *selection) has(names *naming, old []any) bool {
	for _, e := range old {
		if m, _ := e.(map[string]any); w.path.MatchElement(e) && names.part(m) {
			return true
		}
	}
	return false
}

// elementValue returns the canonical form of the value to write into an element. A JSON object in
// a string is the object (SCIM-SDK's client).
func (w *selection) elementValue(v any) (any, error) {
	if w.sub != nil {
		return w.path.Ref.Coerce(w.unlisted(w.path.Ref, v), w.mode)
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
	if m := w.unpacked(a, v); m != nil && w.mode.Allows(schema.StringValue) {
		w.note("%s: JSON in a string was read as an object", w.list)
		v = m
	}
	return a.CoerceElement(v, w.mode, w.list.String())
}

// unpacked returns the JSON object in a string where an object belongs, or nil.
func (s *state) unpacked(a *schema.Attribute, v any) map[string]any {
	text, ok := v.(string)
	if text = strings.TrimSpace(text); !ok || a.Type != schema.Complex || len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil
	}
	s.packed.Depth, s.packed.Nodes = 4, s.o.MaxNodes
	m, err := s.packed.Decode([]byte(text))
	if err != nil {
		return nil
	}
	return m
}
