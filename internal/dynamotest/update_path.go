package dynamotest

import (
	"maps"
	"slices"
)

// put returns a copy of the item with the value at a path replaced, or removed if v is nil. Only
// the maps and lists along the path are copied. The parent of the path must exist.
func put(it item, at path, v *value) (item, error) {
	out, err := putIn(value{t: "M", m: it}, at, v)
	return out.m, err
}

func putIn(in value, at path, v *value) (value, error) {
	switch {
	case at[0].index < 0 && in.t == "M":
		m, err := putInMap(in.m, at, v)
		return value{t: "M", m: m}, err
	case at[0].index >= 0 && in.t == "L":
		l, err := putInList(in.list, at, v)
		return value{t: "L", list: l}, err
	}
	return value{}, errUpdatePath
}

func putInMap(in item, at path, v *value) (item, error) {
	name := at[0].name
	m := maps.Clone(in)
	if m == nil {
		m = item{}
	}
	if len(at) == 1 {
		if v == nil {
			delete(m, name)
		} else {
			m[name] = *v
		}
		return m, nil
	}
	inner, ok := in[name]
	if !ok {
		return nil, errUpdatePath
	}
	next, err := putIn(inner, at[1:], v)
	m[name] = next
	return m, err
}

// putInList appends a value whose index is at or after the end, as the service does.
func putInList(in []value, at path, v *value) ([]value, error) {
	i := at[0].index
	l := slices.Clone(in)
	inside := i < len(l)
	switch last := len(at) == 1; {
	case last && v == nil && inside:
		return slices.Delete(l, i, i+1), nil
	case last && v == nil:
		return l, nil
	case last && !inside:
		return append(l, *v), nil
	case last:
		l[i] = *v
		return l, nil
	case !inside:
		return nil, errUpdatePath
	}
	next, err := putIn(l[i], at[1:], v)
	l[i] = next
	return l, err
}
