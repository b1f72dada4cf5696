package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Coerce checks one value of the attribute and returns its canonical form, or nil if the value
// is unassigned: null, [], {} of a complex attribute and, in tolerant mode, "" and {}. path is the name of the attribute in
// the texts of faults and notes. Coerce does not change v; what it returns may share parts of
// it. Errors are *Fault. (RFC 7643 §2.3 to §2.5)
func (a *Attribute) Coerce(v any, m Mode, path string) (any, error) {
	c := coercer{mode: m}
	out, err := c.value(a, v, path)
	c.report()
	return out, err
}

// Coerce is Coerce of the attribute or sub-attribute that the reference names. It knows which values
// Mode.Stored has of it.
func (r Ref) Coerce(v any, m Mode) (any, error) {
	c := coercer{mode: m, ref: r}
	out, err := c.value(r.Leaf(), v, r.String())
	c.report()
	return out, err
}

// CoerceElement is Coerce for one element of a multi-valued attribute.
func (a *Attribute) CoerceElement(v any, m Mode, path string) (any, error) {
	c := coercer{mode: m}
	out, err := c.element(a, v, path)
	c.report()
	return out, err
}

// Container returns the attributes in the value of the URN of a schema, as Canonical reads it: nil
// if the value is unassigned. Errors are *Fault.
func (m Mode) Container(urn string, v any) (map[string]any, error) {
	c := coercer{mode: m}
	out, err := c.container(urn, v)
	c.report()
	return out, err
}

// coercer canonicalises values and collects notes on what it ignored or repaired.
type coercer struct {
	mode  Mode
	notes []string
	ref   Ref  // what is read: an attribute of Mode.Stored
	again bool // a key may name an attribute that an earlier key has set
	bytes int  // of strings, see Mode.MaxBytes
}

func (c *coercer) note(format string, args ...any) {
	c.notes = Note(c.notes, format, args...)
}

// report appends the notes to Mode.Notes, if it is set.
func (c *coercer) report() {
	if c.mode.Notes != nil {
		*c.mode.Notes = AppendNotes(*c.mode.Notes, c.notes...)
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
	list, isList := v.([]any)
	switch {
	case v == nil, isList && len(list) == 0 && c.mode.Allows(ListOfOne):
		return nil, nil
	case a.Type == Complex:
		return c.complex(a, c.single(v, path), path)
	}
	return c.simple(a, v, path)
}

// single returns the element of a list of one where an object belongs.
func (c *coercer) single(v any, path string) any {
	list, ok := v.([]any)
	if !ok || len(list) != 1 || !c.mode.Allows(ListOfOne) {
		return v
	}
	c.note("%s: a list of one was read as its element", path)
	return list[0]
}

// container returns the attributes in the value of a key that is the URN of a schema. No value, in
// any spelling, has none.
func (c *coercer) container(urn string, v any) (map[string]any, error) {
	v = c.single(v, urn)
	raw, ok := v.(map[string]any)
	list, isList := v.([]any)
	if none := isList && len(list) == 0 && c.mode.Allows(ListOfOne); !ok && !none && !c.unassigned(v) {
		return nil, invalidValue(urn, "must be an object")
	}
	return raw, nil
}

// complex canonicalises one complex value. A string is read as its sub-attribute "value"
// (Entra's manager).
func (c *coercer) complex(a *Attribute, v any, path string) (any, error) {
	raw, ok := v.(map[string]any)
	if !ok {
		if c.unassigned(v) {
			return nil, nil
		}
		raw, ok = c.valueOnly(a, v, path)
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
		if ref, _ := out["$ref"].(string); RefID(ref) != "" {
			out["value"] = RefID(ref)
		}
	}
	return out, nil
}

// valueOnly reads a string or a number as an object with that value.
func (c *coercer) valueOnly(a *Attribute, v any, path string) (map[string]any, bool) {
	what := ""
	switch v.(type) {
	case string:
		what = "string"
	case json.Number:
		what = "number"
	}
	if what == "" || a.Sub("value") == nil || !c.mode.Allows(StringValue) {
		return nil, false
	}
	c.note("%s: a %s was read as its value", path, what)
	return map[string]any{"value": v}, true
}

// object canonicalises the sub-attributes in schema order, then keys in another case.
func (c *coercer) object(a *Attribute, raw map[string]any, path string) (map[string]any, error) {
	if !c.mode.Strict && canonicalAlready(a, raw) {
		return raw, c.took(raw)
	}
	out := make(map[string]any, len(raw))
	used := 0
	for _, s := range a.SubAttributes {
		if v, ok := raw[s.Name]; ok {
			used++
			if err := c.sub(out, a, s, v, path); err != nil {
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
			c.note("unknown sub-attribute %s of %s was ignored", quoted(k), path)
		case s.Name != k:
			if err := c.sub(out, a, s, raw[k], path); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// canonicalAlready reports whether an object needs no copy, which is the usual case: every key
// is spelled as in the schema, and every value is a boolean or a non-empty string, as its type
// requires, without a rule for it. No id is a blank.
func canonicalAlready(a *Attribute, raw map[string]any) bool {
	for k, v := range raw {
		s := a.subs[k]
		if s == nil || s.Name != k || s.MultiValued || s.Mutability == ReadOnly || s.Kind != nil {
			return false
		}
		switch v := v.(type) {
		case string:
			if s.Type != String || v == "" || s.Required || s.names && noID(v) {
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

func (c *coercer) sub(out map[string]any, a, s *Attribute, v any, path string) error {
	if s.Mutability == ReadOnly {
		return nil
	}
	v, err := c.value(s, v, path+"."+s.Name)
	if err != nil {
		if !c.mode.Strict && a.hints(s) {
			c.note("%s.%s cannot be read and was ignored", path, s.Name)
			return nil
		}
		return err
	}
	if v != nil {
		out[s.Name] = v
	}
	return nil
}

// hints reports whether a sub-attribute only repeats what the value of a member says: one that cannot be read is no
// reason to refuse the other members.
func (a *Attribute) hints(s *Attribute) bool {
	return a.Name == "members" && (s.Name == "type" || s.Name == "$ref")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// quoted is a name that is quoted when a note with it is made.
type quoted string

func (q quoted) String() string { return quote(string(q)) }

// quote returns a name from the client for the text of a fault: quoted, and not too long.
func quote(s string) string {
	if len(s) > 100 {
		s = s[:100]
	}
	b, _ := json.Marshal(strings.ToValidUTF8(s, ""))
	return string(b)
}
