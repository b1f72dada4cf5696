package dynamotest

import (
	"maps"
	"slices"
)

// put is a copy of the item with the value at a path replaced, or taken out when v is nil.
// Only the maps and lists along the path are copied. The parent of the path must be there.
func put(it item, at path, v *value) (item, error) {
	out, err := putIn(value{t: "M", m: it}, at, v)
	return out.m, err
}

func putIn(in value, at path, v *value) (value, error) {
	s, last := at[0], len(at) == 1
	switch {
	case s.index < 0 && in.t == "M":
		inner, ok := in.m[s.name]
		m := maps.Clone(in.m)
		if m == nil {
			m = item{}
		}
		switch {
		case last && v == nil:
			delete(m, s.name)
		case last:
			m[s.name] = *v
		case !ok:
			return value{}, errUpdatePath
		default:
			next, err := putIn(inner, at[1:], v)
			if err != nil {
				return value{}, err
			}
			m[s.name] = next
		}
		return value{t: "M", m: m}, nil
	case s.index >= 0 && in.t == "L":
		l := slices.Clone(in.list)
		switch {
		case last && v == nil:
			if s.index < len(l) {
				l = slices.Delete(l, s.index, s.index+1)
			}
		case last && s.index >= len(l):
			l = append(l, *v)
		case last:
			l[s.index] = *v
		case s.index >= len(l):
			return value{}, errUpdatePath
		default:
			next, err := putIn(l[s.index], at[1:], v)
			if err != nil {
				return value{}, err
			}
			l[s.index] = next
		}
		return value{t: "L", list: l}, nil
	}
	return value{}, errUpdatePath
}
