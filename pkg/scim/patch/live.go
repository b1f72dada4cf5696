package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// live is a long list while operations write to it, with indexes by which an element is found without
// a look at the others. It is what appendNew, onlyPrimary and unique do on a short list, element by
// element; a test compares the two.
type live struct {
	ref   schema.Ref
	attr  *schema.Attribute
	list  []any // nil for a removed element
	count int   // elements that are not removed
	dirty bool  // the document does not have the list yet

	byID    map[[2]string]places // by Identity
	byValue map[string]places    // by its first part
	bySub   map[*schema.Attribute]map[string]places
	primary places
	touched []int // written by the operation at hand
	partial int   // elements that lack a required sub-attribute
	work    *int  // see maxWork
}

// places are indexes of elements, ascending.
type places []int

func (p places) with(i int) places {
	if n := len(p); n == 0 || p[n-1] < i {
		return append(p, i)
	}
	at, _ := slices.BinarySearch(p, i)
	return slices.Insert(p, at, i)
}

func (p places) without(i int) places {
	if at, ok := slices.BinarySearch(p, i); ok {
		return slices.Delete(p, at, at+1)
	}
	return p
}

func place[K comparable](m map[K]places, k K, i int) { m[k] = m[k].with(i) }

func unplace[K comparable](m map[K]places, k K, i int) {
	if p := m[k].without(i); len(p) > 0 {
		m[k] = p
	} else {
		delete(m, k)
	}
}

// newLive takes a list over. work counts what is compared in it.
func newLive(ref schema.Ref, list []any, work *int) *live {
	l := &live{ref: ref, attr: ref.Leaf(), list: list, work: work}
	l.index()
	return l
}

// index makes the indexes of a list without removed elements.
func (l *live) index() {
	l.byID = make(map[[2]string]places, len(l.list))
	l.byValue = make(map[string]places, len(l.list))
	l.bySub, l.primary, l.count, l.partial = nil, nil, 0, 0
	for i, e := range l.list {
		l.learn(i, e)
	}
}

func (l *live) learn(i int, e any) {
	l.count++
	key, ok := l.attr.Identity(e)
	if place(l.byID, key, i); ok && len(l.byID[key]) > 1 {
		l.touched = append(l.touched, i) // equal elements are merged by the next operation
	}
	place(l.byValue, key[0], i)
	for sub, index := range l.bySub {
		if form, ok := formOf(l.attr, sub, e); ok {
			place(index, form, i)
		}
	}
	if isPrimary(e) {
		l.primary = l.primary.with(i)
	}
	if complete(l.attr, e) != nil {
		l.partial++
	}
}

func (l *live) forget(i int, e any) {
	l.count--
	key, _ := l.attr.Identity(e)
	unplace(l.byID, key, i)
	unplace(l.byValue, key[0], i)
	for sub, index := range l.bySub {
		if form, ok := formOf(l.attr, sub, e); ok {
			unplace(index, form, i)
		}
	}
	if isPrimary(e) {
		l.primary = l.primary.without(i)
	}
	if complete(l.attr, e) != nil {
		l.partial--
	}
}

func isPrimary(e any) bool {
	m, _ := e.(map[string]any)
	return m["primary"] == true
}

// formOf is the comparison form of a sub-attribute of an element or, without one, of the element.
func formOf(a, sub *schema.Attribute, e any) (string, bool) {
	if sub != nil {
		m, _ := e.(map[string]any)
		a, e = sub, m[sub.Name]
	}
	s, ok := e.(string)
	if !ok {
		return "", false
	}
	return a.Fold(s), true
}

// set replaces an element, or removes it with nil.
func (l *live) set(i int, e any) {
	l.forget(i, l.list[i])
	if l.list[i] = e; e != nil {
		l.learn(i, e)
	}
	l.touched = append(l.touched, i)
}

// push appends an element and returns its index.
func (l *live) push(e any) int {
	i := len(l.list)
	l.list = append(l.list, e)
	l.learn(i, e)
	l.touched = append(l.touched, i)
	return i
}

// find is the function find.
func (l *live) find(e any) int {
	key, _ := l.attr.Identity(e)
	at := first(l.byID[key], -1)
	if at < 0 && valueless(l.attr, e) {
		return l.findAlike(e)
	}
	if l.attr.AnyType() {
		at = first(l.byID[[2]string{key[0], ""}], at)
		if key[1] == "" {
			at = first(l.byValue[key[0]], at)
		}
	}
	if at < 0 && key[1] == "" {
		at = first(l.byValue[key[0]], -1)
	}
	return at
}

// findAlike finds an element without a value.
func (l *live) findAlike(e any) int {
	for _, i := range l.alike(e) {
		if alike(l.attr, l.list[i], e) {
			return i
		}
	}
	return -1
}

// first is the smaller of an index, unless it is -1, and the first of some places.
func first(p places, at int) int {
	if len(p) > 0 && (at < 0 || p[0] < at) {
		return p[0]
	}
	return at
}

// candidates are the elements among which are all that a path selects.
func (l *live) candidates(path *filter.Path) places {
	sub, form, ok := path.Required()
	if !ok {
		return l.all()
	}
	return slices.Clone(l.bySubAttribute(sub)[form])
}

// bySubAttribute returns the index of a sub-attribute or, without one, of simple elements. It is made
// when it is first asked for.
func (l *live) bySubAttribute(sub *schema.Attribute) map[string]places {
	index := l.bySub[sub]
	if index == nil {
		index = make(map[string]places, len(l.list))
		for i, e := range l.list {
			if f, ok := formOf(l.attr, sub, e); ok && e != nil {
				place(index, f, i)
			}
		}
		if l.bySub == nil {
			l.bySub = map[*schema.Attribute]map[string]places{}
		}
		l.bySub[sub] = index
	}
	return index
}

func (l *live) all() places {
	out := make(places, 0, l.count)
	for i, e := range l.list {
		if e != nil {
			out = append(out, i)
		}
	}
	return out
}

// pack drops the places of removed elements.
func (l *live) pack() {
	if l.count < len(l.list) {
		l.list = slices.DeleteFunc(l.list, func(e any) bool { return e == nil })
		l.index()
	}
}
