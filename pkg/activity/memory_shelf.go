package activity

import (
	"iter"
	"slices"
	"strings"
)

// shelf is a list of records, ascending by id, with its size in bytes.
type shelf struct {
	list  []kept
	bytes int
}

type kept struct {
	record *Record
	size   int
}

// find returns the index of the first record whose id is not below id, and whether it is that one.
func (s *shelf) find(id string) (at int, there bool) {
	return slices.BinarySearchFunc(s.list, id, func(k kept, id string) int { return strings.Compare(k.record.ID, id) })
}

// put adds a record, unless it is there.
func (s *shelf) put(r *Record, size int) {
	at, there := s.find(r.ID)
	if there {
		return // the same record again
	}
	s.list = slices.Insert(s.list, at, kept{r, size})
	s.bytes += size
}

// trim removes the oldest records until the rest is within the limits. One record always stays.
func (s *shelf) trim(records, bytes int) {
	for len(s.list) > 1 && (len(s.list) > records || s.bytes > bytes) {
		s.bytes -= s.list[0].size
		s.list[0] = kept{} // the array is reused
		s.list = s.list[1:]
	}
}

// newest visits the records of a tenant from the newest on, or from those before the id after.
func newest(s *shelves, after string) iter.Seq[*Record] {
	a, b := s.own.list, s.strange.list
	if after != "" {
		i, _ := s.own.find(after)
		j, _ := s.strange.find(after)
		a, b = a[:i], b[:j]
	}
	return func(yield func(*Record) bool) {
		for len(a)+len(b) > 0 {
			from := &a
			if len(a) == 0 || len(b) > 0 && b[len(b)-1].record.ID > a[len(a)-1].record.ID {
				from = &b
			}
			r := (*from)[len(*from)-1].record
			if *from = (*from)[:len(*from)-1]; !yield(r) {
				return
			}
		}
	}
}
