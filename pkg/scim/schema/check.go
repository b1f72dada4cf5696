package schema

import (
	"encoding/json"
	"strings"
)

// This file is in a program only if it makes a Kind.

// applyKind applies the kind and the required format of an attribute to a value of its data type. It takes a
// copy of the coercer and returns the notes of it, because a pointer would cost every value an allocation.
func applyKind(c coercer, a *Attribute, v any, path string) (any, []string, error) {
	out, err := c.kindAndFormat(a, v, path)
	return out, c.notes, err
}

func (c *coercer) kindAndFormat(a *Attribute, v any, path string) (any, error) {
	s, ok := textOf(v)
	if !ok || a.Rule == RuleOff {
		return v, nil
	}
	noted := len(c.notes)
	v, err := c.kind(a, v, s, path)
	if err != nil || a.format == nil || c.mode.Unchecked || a.Rule == RuleDefault && !c.mode.Strict || a.format(s) {
		return v, err
	}
	if a.Rule != RuleNote && !c.stored(a, s, path) {
		return nil, badFormat(path)
	}
	if len(c.notes) == noted { // otherwise a note says why
		c.note("%s does not have the required format", path)
	}
	return v, nil
}

// kind applies the check of a kind to a value v with the text s.
func (c *coercer) kind(a *Attribute, v any, s, path string) (any, error) {
	form, err := a.Kind.Check(s)
	switch {
	case err == nil && (form == "" || form == s):
		return v, nil
	case err == nil:
		return c.canonicalForm(a, form, path)
	case c.mode.Unchecked:
		return v, nil
	case c.refuses(a, s, path):
		return nil, invalidValue(path, "is not a valid %s: it %s", a.Kind.Name, err)
	}
	c.note("%s is not a valid %s: it %s", path, a.Kind.Name, err)
	return v, nil
}

// textOf is what a check is given.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return string(v), true
	}
	return "", false
}

// canonicalForm is the form of a value type as a value of the data type. A type whose forms are none of
// the attribute's data type is a mistake of the program: then the value is refused.
func (c *coercer) canonicalForm(a *Attribute, form, path string) (any, error) {
	var v any = form
	if a.Type == Integer || a.Type == Decimal {
		v = json.Number(form)
		if n, ok := ParseNumber(form); !ok || n != v {
			return nil, invalidValue(path, "has a canonical form that is not a number")
		}
	}
	out, err := c.typed(a, v, path)
	if err == nil && !c.mode.Unchecked {
		c.note("%s: the value was stored in its canonical form", path)
	}
	return out, err
}

// refuses reports whether the rule of an attribute refuses a value that its type does not accept. What the
// resource has already is not refused: a client that sends the whole resource must be able to change the
// rest of it, such as active.
func (c *coercer) refuses(a *Attribute, s, path string) bool {
	rule := a.Rule
	if rule == RuleDefault {
		rule = RuleNote
		if c.mode.Strict {
			rule = a.Kind.Strict
		}
		if rule == RuleDefault {
			rule = RuleRefuse
		}
	}
	return rule == RuleRefuse && !c.stored(a, s, path)
}

// stored reports whether Mode.Stored has a value at the attribute that a path names.
func (c *coercer) stored(a *Attribute, s, path string) bool {
	container, name := c.ref.Container, path
	if IsURN(path) {
		i := strings.LastIndexByte(path, ':')
		container, name = path[:i], path[i+1:]
	}
	top, _, nested := strings.Cut(name, ".")
	value := c.mode.before(container, top)
	if !nested {
		return has(value, "", s)
	}
	return has(value, a.Name, s)
}

// has reports whether a value is s, a list has it, or an object has it in a member.
func has(v any, member, s string) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if has(e, member, s) {
				return true
			}
		}
	case map[string]any:
		return member != "" && has(v[member], "", s)
	default:
		text, ok := textOf(v)
		return ok && text == s && member == ""
	}
	return false
}
