package activity

import (
	"bytes"
	"slices"
	"strings"
)

// differ finds the names of the attributes in which two documents differ. Most requests of a tenant change the same
// attributes, so it keeps the lists that it has made: making and sorting one takes longer than finding it again. It is
// for one goroutine; its lists are shared, and must not be changed.
type differ struct {
	space []byte // names as they are found, each with a separator after it
	lists map[string][]string
}

// Bounds of a differ, about a megabyte.
const (
	manyLists = 1000
	longList  = 1000 // bytes of names
	separator = 0    // is in no name
)

// of returns the names of the attributes in which two documents differ, sorted; of complex attributes and extensions,
// those of the sub-attributes.
func (d *differ) of(was, is object) []string {
	d.space = d.space[:0]
	differences(was, is, d.add)
	if len(d.space) == 0 {
		return nil
	}
	if list, ok := d.lists[string(d.space)]; ok {
		return list
	}
	list := strings.Split(string(d.space[:len(d.space)-1]), string(rune(separator)))
	slices.Sort(list)
	list = slices.Clip(slices.Compact(list))
	if len(d.space) <= longList {
		if d.lists == nil || len(d.lists) >= manyLists {
			d.lists = map[string][]string{}
		}
		d.lists[string(d.space)] = list
	}
	return list
}

// add adds the names of a member that differs.
func (d *differ) add(name, was, is []byte) {
	if string(name) == "schemas" {
		return
	}
	if !isObject(was) && !isObject(is) {
		d.space = append(append(d.space, name...), separator)
		return
	}
	join := byte('.')
	if bytes.IndexByte(name, ':') >= 0 {
		join = ':'
	}
	var a, b [12]member
	differences(objectOf(a[:], was), objectOf(b[:], is), func(part, _, _ []byte) {
		d.space = append(append(append(append(d.space, name...), join), part...), separator)
	})
}

func isObject(b []byte) bool { return len(b) > 0 && b[0] == '{' }

// differences visits the members in which two objects differ.
func differences(was, is object, visit func(name, was, is []byte)) {
	gone := 0 // how many members less there are until here
	for i, m := range is {
		had := was.at(i+gone, m.name)
		if had == nil {
			gone--
		}
		if !bytes.Equal(had, m.value) {
			visit(m.name, had, m.value)
		}
	}
	for i, m := range was {
		if is.at(i, m.name) == nil {
			visit(m.name, m.value, nil)
		}
	}
}
