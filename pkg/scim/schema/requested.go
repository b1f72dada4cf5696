package schema

import "encoding/json"

// AppendRequested appends the canonical names of the attributes returned on request that a client names by writing v to
// ref: ref, what it is a part of, and the parts of v. The answer to the write shows them (RFC 7643 §7, returned).
func (rt *ResourceType) AppendRequested(names []string, ref Ref, v any) []string {
	if ref.Attr == nil { // a whole extension
		level, _ := v.(map[string]any)
		for k, inner := range level {
			if r, ok := rt.Resolve(ref.Container, k, ""); ok {
				names = rt.AppendRequested(names, r, inner)
			}
		}
		return names
	}
	if ref.Attr.Returned == OnRequest {
		names = append(names, Ref{Container: ref.Container, Attr: ref.Attr}.String())
	}
	if ref.Sub != nil {
		if ref.Sub.Returned == OnRequest {
			names = append(names, ref.String())
		}
		return names
	}
	for _, sub := range ref.Attr.SubAttributes {
		if sub.Returned == OnRequest && hasMember(v, sub.Name) {
			names = append(names, Ref{Container: ref.Container, Attr: ref.Attr, Sub: sub}.String())
		}
	}
	return names
}

// hasMember reports whether an object, or one in a list, has a member with a name in any case. A string or a number in
// the place of an object is its value.
func hasMember(v any, name string) bool {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if SameName(k, name) {
				return true
			}
		}
	case string, json.Number:
		return name == "value"
	case []any:
		for _, e := range v {
			if hasMember(e, name) {
				return true
			}
		}
	}
	return false
}
