package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Coerce checks one value of the attribute and returns its canonical form, or nil when the
// value is unassigned: null, [], {} and, in tolerant mode, "" (RFC 7643 §2.5). path is the
// attribute's name for error texts. The input is not changed. Errors are *Fault.
func (a *Attribute) Coerce(v any, m Mode, path string) (any, error) {
	c := coercer{mode: m}
	out, err := c.value(a, v, path)
	c.tell()
	return out, err
}

// CoerceElement is Coerce for one element of a multi-valued attribute.
func (a *Attribute) CoerceElement(v any, m Mode, path string) (any, error) {
	c := coercer{mode: m}
	out, err := c.element(a, v, path)
	c.tell()
	return out, err
}

// coercer collects notes on what it left out or repaired.
type coercer struct {
	mode  Mode
	notes []string
	again bool // later keys may name attributes that earlier ones have set
}

func (c *coercer) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// tell hands the notes to whoever asked for them.
func (c *coercer) tell() {
	if c.mode.Notes != nil {
		*c.mode.Notes = append(*c.mode.Notes, c.notes...)
	}
}

func invalidValue(path, format string, args ...any) error {
	return NewFault(FaultValue, "%s %s", path, fmt.Sprintf(format, args...)).About(path)
}

func tooManyValues(path string) error {
	return NewFault(FaultSingle, "%s takes a single value, not a list", path).About(path)
}

func (c *coercer) value(a *Attribute, v any, path string) (any, error) {
	if a.MultiValued {
		return c.list(a, v, path)
	}
	if v == nil {
		return nil, nil
	}
	if a.Type != Complex {
		return c.simple(a, v, path)
	}
	if list, ok := v.([]any); ok && len(list) < 2 && c.mode.Allows(ListOfOne) {
		if len(list) == 0 {
			return nil, nil
		}
		c.note("%s: a list of one was read as its element", path)
		v = list[0]
	}
	return c.complex(a, v, path)
}

func (c *coercer) list(a *Attribute, v any, path string) (any, error) {
	in, isList := v.([]any)
	if !isList {
		if c.unassigned(v) {
			return nil, nil
		}
		if !c.mode.Allows(BareValue) || !wrappable(a, v) {
			return nil, invalidValue(path, "must be a list")
		}
		c.note("%s: one value was read as a list of one", path)
		in = []any{v}
	}
	out := make([]any, 0, len(in))
	for _, e := range in {
		e, err := c.element(a, e, path)
		if err != nil {
			return nil, err
		}
		if e != nil {
			out = append(out, e)
		}
	}
	if a.Type == Complex {
		var err error
		if out, err = c.onePrimary(a, out, path); err != nil {
			return nil, err
		}
	}
	if out = distinct(a, out); len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// unassigned reports whether a value that is not a list means that the list has no value.
func (c *coercer) unassigned(v any) bool {
	m, isMap := v.(map[string]any)
	return v == nil || isMap && len(m) == 0 || v == "" && c.mode.Allows(EmptyText)
}

// wrappable: one object, or a bare string where elements have a value, stands for a list of one.
func wrappable(a *Attribute, v any) bool {
	switch v.(type) {
	case map[string]any:
		return a.Type == Complex
	case string:
		return a.Type != Complex || a.Sub("value") != nil
	}
	return a.Type != Complex
}

// element canonicalises one element of a list; nil means that it holds nothing.
func (c *coercer) element(a *Attribute, v any, path string) (any, error) {
	if v == nil {
		return nil, invalidValue(path, "must not contain null")
	}
	if a.Type != Complex {
		return c.simple(a, v, path)
	}
	out, err := c.complex(a, v, path)
	if err != nil || out == nil {
		return nil, err
	}
	m, _ := out.(map[string]any)
	if raw, ok := v.(map[string]any); ok && m["value"] == nil && c.mode.Allows(ValuelessEntry) {
		if _, given := lookup(raw, "value"); given {
			c.note("an element of %s without a value was left out", path)
			return nil, nil
		}
	}
	return m, nil
}

// complex canonicalises one complex value. A bare string is its value (Entra's manager).
func (c *coercer) complex(a *Attribute, v any, path string) (any, error) {
	raw, ok := v.(map[string]any)
	if s, isString := v.(string); isString && a.Sub("value") != nil && c.mode.Allows(TextValue) {
		if s == "" {
			return nil, nil
		}
		c.note("%s: a text was read as its value", path)
		raw, ok = map[string]any{"value": s}, true
	}
	if _, many := v.([]any); many {
		return nil, tooManyValues(path)
	}
	if !ok {
		return nil, invalidValue(path, "must be an object")
	}
	out, err := c.object(a, raw, path)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	if out["value"] == nil && a.Sub("$ref") != nil && a.Sub("value") != nil {
		if ref, ok := out["$ref"].(string); ok {
			out["value"] = ref[strings.LastIndexByte(ref, '/')+1:]
		}
	}
	return out, nil
}

// object walks the sub-attributes in schema order, then keys in another letter case.
func (c *coercer) object(a *Attribute, raw map[string]any, path string) (map[string]any, error) {
	if !c.mode.Strict && canonicalAlready(a, raw) {
		return raw, nil
	}
	out := make(map[string]any, len(raw))
	used := 0
	for _, s := range a.SubAttributes {
		if v, ok := raw[s.Name]; ok {
			used++
			if err := c.sub(out, s, v, path); err != nil {
				return nil, err
			}
		}
	}
	if used == len(raw) {
		return out, nil
	}
	for _, k := range sortedKeys(raw) {
		s := a.Sub(k)
		switch {
		case s == nil:
			if !c.mode.Allows(UnknownNames) {
				return nil, NewFault(FaultUnknown, "%s has no sub-attribute %s", path, quote(k)).About(path + "." + NameOnly(k))
			}
			c.note("unknown sub-attribute %s of %s was ignored", quote(k), path)
		case s.Name != k:
			if err := c.sub(out, s, raw[k], path); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// canonicalAlready recognises the usual case, which needs no copy: every key spelled as in
// the schema, every value a string that is not empty or a boolean, as its type says.
func canonicalAlready(a *Attribute, raw map[string]any) bool {
	for k, v := range raw {
		s := a.subs[k]
		if s == nil || s.Name != k || s.MultiValued || s.Mutability == ReadOnly {
			return false
		}
		switch v := v.(type) {
		case string:
			if s.Type != String || v == "" {
				return false
			}
		case bool:
			if s.Type != Boolean {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (c *coercer) sub(out map[string]any, s *Attribute, v any, path string) error {
	if s.Mutability == ReadOnly {
		return nil
	}
	v, err := c.value(s, v, path+"."+s.Name)
	if err != nil {
		return err
	}
	if v != nil {
		out[s.Name] = v
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// quote shortens a name from the client for an error text.
func quote(s string) string {
	if len(s) > 100 {
		s = s[:100]
	}
	b, _ := json.Marshal(strings.ToValidUTF8(s, ""))
	return string(b)
}

// onePrimary keeps at most one primary: the last one, or an error in strict mode.
func (c *coercer) onePrimary(a *Attribute, list []any, path string) ([]any, error) {
	if a.Sub("primary") == nil {
		return list, nil
	}
	last := -1
	for i, e := range list {
		m, _ := e.(map[string]any)
		if m["primary"] != true {
			continue
		}
		if last >= 0 {
			if !c.mode.Allows(LastPrimary) {
				return nil, invalidValue(path, "has more than one primary value")
			}
			c.note("%s has more than one primary value; the last one was taken", path)
			prev, _ := list[last].(map[string]any)
			prev = maps.Clone(prev) // it may be the client's own
			prev["primary"] = false
			list[last] = prev
		}
		last = i
	}
	return list, nil
}

// distinct drops elements that repeat the type and value of an earlier one.
func distinct(a *Attribute, list []any) []any {
	if len(list) < 2 {
		return list
	}
	seen := make(map[[2]string]bool, len(list))
	out := list[:0]
	for _, e := range list {
		key, ok := a.Identity(e)
		if ok && seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, e)
	}
	return out
}

// Identity is what makes an element of a multi-valued attribute the same as another: its
// value and type, folded unless caseExact. ok is false when the element has no value.
func (a *Attribute) Identity(e any) (key [2]string, ok bool) {
	if a.Type != Complex {
		return [2]string{a.foldScalar(e)}, true
	}
	m, _ := e.(map[string]any)
	v, sub := m["value"], a.Sub("value")
	if v == nil || sub == nil {
		return [2]string{string(AppendValue(nil, e))}, true
	}
	typ, _ := m["type"].(string)
	return [2]string{sub.foldScalar(v), Fold(typ)}, true
}

func (a *Attribute) foldScalar(v any) string {
	if s, ok := v.(string); ok {
		if a.CaseExact {
			return s
		}
		return Fold(s)
	}
	return string(AppendValue(nil, v))
}
