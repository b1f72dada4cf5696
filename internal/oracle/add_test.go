package oracle

import (
	"reflect"
	"slices"
)

// appended adds the new elements, and the parts of those that are there (T-18, T-20): one without a type is the first with its
// value. A new primary one is the only one (T-16).
func appended(a *attr, stored, added []any) []any {
	out := clone(stored).([]any)
	for _, e := range added {
		i := slices.IndexFunc(out, func(other any) bool { return same(a, other, e) })
		if i < 0 {
			i = slices.IndexFunc(out, func(other any) bool { return typeless(a, e, other) })
		}
		if i < 0 {
			i = slices.IndexFunc(out, func(other any) bool { return repeats(a, other, e) && repeats(a, e, other) })
		}
		if i < 0 {
			i, out = len(out), append(out, e)
		} else {
			out[i] = repeated(a, out[i], e)
		}
		if o, ok := e.(object); ok && o["primary"] == true {
			demote(out, []object{out[i].(object)})
		}
	}
	return distinct(out)
}

// distinct leaves out elements that became the same when they ceased to be primary.
func distinct(all []any) []any {
	var out []any
	for _, e := range all {
		if !slices.ContainsFunc(out, func(other any) bool { return reflect.DeepEqual(other, e) }) {
			out = append(out, e)
		}
	}
	return out
}

// repeats says whether an element has no part that differs from one of another element, which is that part but for
// case if case means nothing (RFC 7644 §3.5.2.1).
func repeats(a *attr, have, e any) bool {
	h, is := have.(object)
	o, both := e.(object)
	if !is || !both {
		return false
	}
	for name, v := range o {
		if _, one := v.([]any); h[name] == nil || one && !reflect.DeepEqual(h[name], v) || !one && !equal(find(a.Sub, name), h[name], v) {
			return false
		}
	}
	return true
}

// repeated is an element with the parts of an added one that it has not, or other ones.
func repeated(a *attr, have, e any) any {
	o, ok := e.(object)
	if !ok {
		return have
	}
	fresh := object{}
	for name, v := range o {
		if !repeats(a, have, object{name: v}) {
			fresh[name] = v
		}
	}
	return over(a, have, fresh)
}

// extended adds the values of a simple list that are not there (T-20).
func extended(a *attr, stored, added []any) []any {
	out := clone(stored).([]any)
	for _, v := range added {
		out = joined(a, out, v)
	}
	return out
}

// typeless says whether an element without a type has the value of another one.
func typeless(a *attr, e, other any) bool {
	o, ok := e.(object)
	if !ok || o["type"] != nil || o["value"] == nil || find(a.Sub, "type") == nil {
		return false
	}
	return equal(find(a.Sub, "value"), o["value"], other.(object)["value"])
}

// over is an element with the parts of another one. A list is appended to.
func over(a *attr, have, e any) any {
	o, ok := e.(object)
	if !ok {
		return e
	}
	out := clone(have).(object)
	for name, v := range o {
		if l := list(v); l != nil && out[name] != nil {
			v = extended(find(a.Sub, name), list(out[name]), l)
		}
		out[name] = v
	}
	return out
}
