package schema

import (
	"maps"

	"github.com/scimstack/scimstack/internal/poison"
)

// lender lends maps, and lends them again once all have been given back. A map with one member takes 336 bytes, and
// most maps of a PATCH are gone when it is answered. The zero value is ready.
type lender struct {
	maps [16]map[string]any // nil: not made yet
	lent int
}

// largestLent is how many members a map has at most that is lent again: a larger one is made of several parts.
const largestLent = 8

// lend returns an empty map.
func (l *lender) lend() map[string]any {
	if l.lent == len(l.maps) {
		return map[string]any{}
	}
	m := &l.maps[l.lent]
	if l.lent++; *m == nil {
		*m = map[string]any{}
	}
	if poison.On {
		clear(*m)
	}
	return *m
}

// takeBack ends the use of all maps that were lent.
func (l *lender) takeBack() {
	for i, m := range l.maps[:l.lent] {
		if len(m) > largestLent {
			l.maps[i] = nil
		}
		clear(m)
		poison.Map(m)
	}
	l.lent = 0
}

// Clone returns a copy of a map for what becomes of the document, which is empty if the map is nil. The copy is lent,
// see Reset, but not by a nil s.
func (s *Stored) Clone(m map[string]any) map[string]any {
	switch {
	case s != nil:
		out := s.maps.lend()
		maps.Copy(out, m)
		return out
	case m == nil:
		return map[string]any{}
	}
	return maps.Clone(m)
}

// Reset makes s no document, and ends the use of all maps that Clone and Read have returned: they are emptied, and
// hold members of another document later. A caller calls it when nothing refers to them any more. Strings and lists
// that were decoded are not lent.
func (s *Stored) Reset() {
	s.maps.takeBack()
	s.outline = outline{}
}
