package model

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"
)

// MultiValued is a multi-valued attribute of which at most one element is primary (RFC 7643 §2.4). The
// zero value is unset. A copy is independent: no method changes elements in place.
//
// What a store holds may have more than one primary element. Such a list is kept as it is, Valid says
// so, and Primary returns the last one, as the service does.
type MultiValued[T any] struct{ list []Entry[T] }

// Values returns a list of entries, or an *InvalidError if more than one of them is primary or one is not
// valid.
func Values[T any](entries ...Entry[T]) (MultiValued[T], error) {
	m := MultiValued[T]{slices.Clone(entries)}
	if err := m.Valid(); err != nil {
		return MultiValued[T]{}, err
	}
	return m, nil
}

// One returns a list of one primary value with a type.
func One[T any](v T, typ string) MultiValued[T] {
	return MultiValued[T]{[]Entry[T]{{Value: v, Type: typ, Primary: true}}}
}

// Len returns the number of elements.
func (m MultiValued[T]) Len() int { return len(m.list) }

// IsZero reports whether there are none.
func (m MultiValued[T]) IsZero() bool { return len(m.list) == 0 }

// All iterates over the elements in order.
func (m MultiValued[T]) All() iter.Seq[Entry[T]] { return slices.Values(m.list) }

// Primary returns the primary element.
func (m MultiValued[T]) Primary() (e Entry[T], ok bool) {
	for _, have := range slices.Backward(m.list) {
		if have.Primary {
			return have, true
		}
	}
	return e, false
}

// Best returns the primary element, or without one the first.
func (m MultiValued[T]) Best() (e Entry[T], ok bool) {
	if e, ok = m.Primary(); !ok && len(m.list) > 0 {
		return m.list[0], true
	}
	return e, ok
}

// OfType returns the first element with a type.
func (m MultiValued[T]) OfType(typ string) (e Entry[T], ok bool) {
	for _, have := range m.list {
		if have.Type == typ {
			return have, true
		}
	}
	return e, false
}

// Add appends an element. If it is primary, no other one is afterwards.
func (m *MultiValued[T]) Add(e Entry[T]) {
	m.list = append(m.demoted(e.Primary), e)
}

// Replace replaces the elements that match, each by what change returns. If one of these is primary, no
// other one is afterwards.
func (m *MultiValued[T]) Replace(match func(Entry[T]) bool, change func(Entry[T]) Entry[T]) {
	list := slices.Clone(m.list)
	last := -1
	for i, e := range list {
		if match(e) {
			if list[i] = change(e); list[i].Primary {
				last = i
			}
		}
	}
	for i := range list {
		list[i].Primary = list[i].Primary && (last < 0 || i == last)
	}
	m.list = list
}

// Remove removes the elements that match.
func (m *MultiValued[T]) Remove(match func(Entry[T]) bool) {
	m.list = slices.DeleteFunc(slices.Clone(m.list), match)
}

// demoted returns a copy of the elements, without a primary one if there is to be another.
func (m *MultiValued[T]) demoted(primary bool) []Entry[T] {
	list := slices.Clone(m.list)
	for i := range list {
		list[i].Primary = list[i].Primary && !primary
	}
	return list
}

// Valid returns nil, or the reasons why the list or elements of it are not valid.
func (m MultiValued[T]) Valid() error { return join(m.problems("")) }

func (m *MultiValued[T]) load(raw json.RawMessage, l *loader, path string) error {
	for i, e := range parseList(raw) {
		var entry Entry[T]
		if err := entry.load(e, l, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			m.list = nil
			return err
		}
		m.list = append(m.list, entry)
	}
	return nil
}

func (m *MultiValued[T]) dump() json.RawMessage { return dumpList(reflect.ValueOf(m.list)) }

func (m *MultiValued[T]) problems(path string) []error {
	var out []error
	primaries := 0
	for i := range m.list {
		out = append(out, m.list[i].problems(fmt.Sprintf("%s[%d]", path, i))...)
		if m.list[i].Primary {
			primaries++
		}
	}
	if primaries > 1 {
		out = append(out, &InvalidError{Path: path, Kind: "list", Reason: "has more than one primary element"})
	}
	return out
}

// MarshalJSON writes the list, and null if it is unset. A list that is not valid has no JSON.
func (m MultiValued[T]) MarshalJSON() ([]byte, error) { return strictMarshal(&m) }

// UnmarshalJSON accepts a list that Values accepts. It changes the list only if it returns nil.
func (m *MultiValued[T]) UnmarshalJSON(data []byte) error {
	var fresh MultiValued[T]
	if err := strictUnmarshal(data, &fresh); err != nil {
		return err
	}
	*m = fresh
	return nil
}
