package oracle

import (
	"crypto/x509"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

type object = map[string]any

// problem is an error that a request may be answered with. Several mean that each is right.
type problem struct {
	status   int
	scimType string
}

func bad(scimType string) []problem { return []problem{{400, scimType}} }

// reader turns JSON values into those that are kept. It collects what is wrong with them, and what they name.
type reader struct {
	strict   bool
	partial  bool // a complex value may lack required parts, which are there already
	problems []problem
	named    map[*attr]bool
	// unreadable are the attributes whose list has elements, and none with a value. A write does not clear them by that.
	unreadable map[*attr]bool
}

func (m *model) reader() *reader {
	return &reader{strict: m.strict, named: map[*attr]bool{}, unreadable: map[*attr]bool{}}
}

func (r *reader) fail(scimType string) any {
	r.problems = append(r.problems, problem{400, scimType})
	return nil
}

// value is a value of an attribute as it is kept; nil if it is unassigned (RFC 7643 §2.5).
func (r *reader) value(a *attr, v any) any {
	if l, ok := v.([]any); ok && len(l) == 0 && (a.Multi || a.Type == "complex" && !r.strict) {
		return nil
	}
	if o, ok := v.(object); v == nil || ok && len(o) == 0 && (a.Multi && !r.strict || a.Type == "complex" && !a.Multi) {
		return nil // A-20; A-16: a strict tenant takes no object for a list
	}
	if !a.Multi {
		return r.single(a, v)
	}
	list, ok := v.([]any)
	if !ok {
		if r.strict {
			return r.fail("invalidValue")
		}
		list = []any{v} // T-26: a single value stands for a list of one
	}
	return r.list(a, list)
}

func (r *reader) list(a *attr, list []any) any {
	var out, read []any
	for _, e := range list {
		if e == nil && r.strict {
			r.fail("invalidValue")
		}
		if valueless(e) && !r.strict {
			if o, ok := e.(object); ok {
				r.members(a.Sub, o) // it must be right all the same
			}
			continue
		}
		v := r.single(a, e)
		if o, ok := v.(object); ok && o["primary"] == true && slices.ContainsFunc(read, isPrimary) {
			if r.strict {
				r.fail("invalidValue")
			}
			demote(read, nil) // last-primary
		}
		if v != nil {
			read = append(read, v)
		}
	}
	for _, v := range read {
		out = joined(a, out, v)
	}
	if len(out) > 0 {
		return out
	}
	if len(list) > 0 {
		r.unreadable[a] = true
		if r.strict {
			r.fail("invalidValue")
		}
	}
	return nil
}

func isPrimary(e any) bool { return e.(object)["primary"] == true }

// valueless says whether an element of a list is nothing to a tolerant tenant (valueless-entry).
func valueless(e any) bool {
	o, ok := e.(object)
	if !ok {
		return e == nil
	}
	for name, v := range o {
		if strings.EqualFold(name, "value") {
			l, is := v.([]any)
			return v == nil || is && len(l) == 0 || !is && v == ""
		}
	}
	return len(o) == 0
}

// same reports whether two values of one list are the same: those with a value by type and value, which a list has only
// once (RFC 7643 §2.4), others by all that they have. See anyType.
func same(a *attr, x, y any) bool {
	o, one := x.(object)
	p, two := y.(object)
	if !one || !two {
		return equal(a, x, y)
	}
	value := find(a.Sub, "value")
	if value == nil || o["value"] == nil || p["value"] == nil {
		return reflect.DeepEqual(x, y)
	}
	typ := find(a.Sub, "type")
	return equal(value, o["value"], p["value"]) && (typ == nil || equal(typ, o["type"], p["type"]) || anyType(a) && (o["type"] == nil || p["type"] == nil))
}

// joined appends an element to a list. What is the same as one that is there is left out, or adds to it what it has
// not: see anyType.
func joined(a *attr, list []any, v any) []any {
	if v == nil {
		return list
	}
	i := slices.IndexFunc(list, func(other any) bool { return same(a, other, v) })
	if i < 0 {
		return append(list, v)
	}
	o, _ := v.(object)
	for name, x := range o {
		if !anyType(a) {
			break
		}
		if there := list[i].(object); there[name] == nil {
			there[name] = x
		}
	}
	return list
}

// anyType: Entra ID sends the type of a role in one request and leaves it out in the next, so no type is any type.
func anyType(a *attr) bool { return a.Name == "roles" || a.Name == "entitlements" }

// equal compares simple values as a filter does.
func equal(a *attr, x, y any) bool {
	if x == nil || y == nil {
		return x == y
	}
	return order(a, x, y) == 0
}

var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (r *reader) single(a *attr, v any) any {
	if v == nil {
		return nil
	}
	if !r.strict {
		v = lenient(a, v)
		if l, is := v.([]any); is && len(l) == 0 { // COMMON-12
			return nil
		}
	}
	if a.Type == "complex" {
		return r.complex(a, v)
	}
	if s, is := v.(string); !r.strict && is && (s == "" || a.path == "manager.value" && slices.Contains([]string{"", "{}", "[]"}, strings.TrimSpace(s))) {
		return nil // COMMON-12: a blank is no value
	}
	out, ok := scalar(a, v)
	if !ok || r.strict && a.Canonical != nil && !slices.ContainsFunc(a.Canonical, func(c string) bool { return equalText(a, c, out.(string)) }) {
		return r.fail("invalidValue")
	}
	if r.strict && a.path == "x509Certificates.value" {
		if _, err := x509.ParseCertificate(decoded(out)); err != nil {
			return r.fail("invalidValue") // RFC 7643 §4.1.2
		}
	}
	return out
}
