package patch

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	// manyValues is how long a list is before its elements are indexed.
	manyValues = 64
	// manyWrites is how many operations or given elements there are, at least, before that pays.
	manyWrites = 8
	// manyLooks is how many operations times elements there are, at least, before that pays for a short list.
	manyLooks = 4096
)

// live returns the list of an attribute as one with indexes, or nil if it is short or written seldom.
// given is the number of elements that the operation adds or names.
func (s *state) live(ref schema.Ref, given int) *live {
	for _, l := range s.lives {
		if l.ref == ref {
			return l
		}
	}
	if len(s.ops) < s.o.indexFrom(manyWrites) && given < s.o.indexFrom(manyWrites) || !indexable(ref) {
		return nil
	}
	old, _ := s.get(ref).([]any)
	if n := len(old) + given; n < s.o.indexFrom(manyValues) && n*len(s.ops) < s.o.indexFrom(manyLooks) {
		return nil
	}
	s.charge(old)
	s.work += perWrite * len(old)
	l := newLive(ref, slices.Clone(old), &s.work)
	s.lives = append(s.lives, l)
	return l
}

// indexable reports whether an element can be written without a look at the rest of the value: not if
// the list cannot be changed, has elements that cannot be lost, or is part of a value with rules for
// the whole.
func indexable(ref schema.Ref) bool {
	leaf := ref.Leaf()
	if ref.Attr.Mutability == schema.Immutable || leaf.Mutability == schema.Immutable {
		return false
	}
	if slices.ContainsFunc(leaf.SubAttributes, func(a *schema.Attribute) bool { return a.Mutability == schema.Immutable }) {
		return false
	}
	return ref.Sub == nil || !slices.ContainsFunc(ref.Attr.SubAttributes, func(a *schema.Attribute) bool { return a.Required })
}

// add appends elements as appendNew does.
func (l *live) add(given []any) {
	for _, e := range given {
		at := l.find(e)
		if at < 0 {
			at = l.push(e)
		} else {
			l.set(at, repeated(l.attr, l.list[at], e))
		}
		l.onlyPrimary(at)
	}
}

// onlyPrimary is the function onlyPrimary.
func (l *live) onlyPrimary(at int) {
	if !isPrimary(l.list[at]) || len(l.primary) < 2 {
		return
	}
	for _, i := range slices.Clone(l.primary) {
		if m, ok := l.list[i].(map[string]any); ok && i != at {
			m = maps.Clone(m)
			m["primary"] = false
			l.set(i, m)
		}
	}
}

// removeNamed removes the elements that a value names, and reports whether there are any.
func (l *live) removeNamed(given []any) bool {
	before := l.count
	for _, e := range given {
		for _, i := range l.named(e) {
			l.set(i, nil)
		}
	}
	return l.count < before
}

// named are the elements that one element of a value names, see naming.
func (l *live) named(e any) (out places) {
	if valueless(l.attr, e) {
		names := newNaming(l.attr, []any{e}, nil)
		for _, i := range l.alike(e) {
			*l.work += weight(l.list[i])
			if names.has(l.list[i]) {
				out = append(out, i)
			}
		}
		return out
	}
	key, _ := l.attr.Identity(e)
	if key[1] == "" {
		return slices.Clone(l.byValue[key[0]])
	}
	return slices.Clone(l.byID[key])
}

// alike are elements among which are all that have the sub-attributes of e: those that share its
// longest string, which few do.
func (l *live) alike(e any) places {
	m, _ := e.(map[string]any)
	var longest *schema.Attribute
	form := ""
	for _, sub := range l.attr.SubAttributes {
		if f, ok := formOf(l.attr, sub, m); ok && !sub.MultiValued && len(f) > len(form) {
			longest, form = sub, f
		}
	}
	if longest == nil {
		return l.all()
	}
	return slices.Clone(l.bySubAttribute(longest)[form])
}

// merge merges elements that the operation has made equal, as unique does.
func (l *live) merge() {
	if len(l.touched) == 0 {
		return
	}
	touched := slices.Compact(slices.Sorted(slices.Values(l.touched)))
	for _, i := range touched {
		if l.list[i] == nil {
			continue
		}
		key, ok := l.attr.Identity(l.list[i])
		if !ok || len(l.byID[key]) < 2 {
			continue
		}
		first := -1
		for _, j := range slices.Clone(l.byID[key]) {
			if _, ok := l.attr.Identity(l.list[j]); !ok {
				continue
			}
			if first < 0 {
				first = j
				continue
			}
			l.set(first, both(l.attr, l.list[first], l.list[j]))
			l.set(j, nil)
		}
	}
}

// wrote ends an operation on a list with the checks that put makes.
func (s *state) wrote(kind opKind, l *live) error {
	l.merge()
	touched := l.touched
	l.touched, l.dirty = l.touched[:0], true
	if l.count == 0 {
		s.drop(l.ref)
		return s.put(kind, l.ref, nil)
	}
	if l.partial > 0 {
		if err := complete(l.attr, l.list); err != nil {
			return err
		}
	}
	if err := s.mode.CheckValues(l.ref, l.count, l.ref.String()); err != nil {
		return err
	}
	for _, i := range touched {
		if err := s.mode.CheckAll(l.ref, l.list[i]); err != nil {
			return err
		}
	}
	return nil
}

// settle stores the lists of a container, of one attribute in it if it is not nil, in the document.
func (s *state) settle(container string, attr *schema.Attribute) {
	for _, l := range s.lives {
		if l.dirty && l.ref.Container == container && (attr == nil || l.ref.Attr == attr) {
			if l.count < len(l.list) {
				s.charge(l.list)
			}
			l.pack()
			l.dirty = false
			s.store(l)
		}
	}
}

// store sets a list in the document.
func (s *state) store(l *live) {
	name, level, value := l.ref.Attr.Name, s.doc, any(l.list)
	urn := l.ref.Container
	if urn != "" {
		level, _ = s.doc[urn].(map[string]any)
		level = copied(level)
	}
	if l.ref.Sub != nil {
		parent, _ := level[name].(map[string]any)
		parent = copied(parent)
		parent[l.ref.Sub.Name] = l.list
		value = parent
	}
	if urn == "" {
		s.set(name, value)
		return
	}
	level[name] = value
	s.set(urn, level)
}

// copied is a copy of an object that may be nil.
func copied(m map[string]any) map[string]any {
	if m = maps.Clone(m); m == nil {
		m = map[string]any{}
	}
	return m
}

// settleAll stores all lists in the document and forgets their indexes.
func (s *state) settleAll() {
	for _, l := range s.lives {
		s.settle(l.ref.Container, l.ref.Attr)
	}
	s.lives = nil
}

// drop forgets the lists of an attribute, or one of its sub-attribute, that is written as a whole.
func (s *state) drop(ref schema.Ref) {
	s.lives = slices.DeleteFunc(s.lives, func(l *live) bool {
		return l.ref == ref || ref.Sub == nil && l.ref.Container == ref.Container && l.ref.Attr == ref.Attr
	})
}
