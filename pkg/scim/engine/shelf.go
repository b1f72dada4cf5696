package engine

import (
	"slices"
	"sync"

	"github.com/scimstack/scimstack/internal/poison"
)

// shelf has the sheets of pages that were released, for the pages after them. Without it, 105 of the 165 KB that a
// page of 100 users allocated were garbage when it had been written, and it took a third longer. Tenants share them:
// a page shows no more of a sheet than was written for it.
type shelf struct {
	sync.Pool
	most int // bytes of a buffer that is kept
}

// Two shelves, so that a caller that keeps a small page, and never releases it, does not keep a large buffer with it.
// A page of the default size has about 100 KB. What is larger than both has many resources or members, and takes so
// long that its buffer is little of it; the shelf would hold megabytes that no other page needs.
var smallSheets, largeSheets = &shelf{most: 16 << 10}, &shelf{most: 256 << 10}

// smallPage is the number of resources up to which a page is small.
const smallPage = 10

// sheetOf returns an empty sheet for n resources.
func sheetOf(n int) *sheet {
	from := largeSheets
	if n <= smallPage {
		from = smallSheets
	}
	s, _ := from.Get().(*sheet)
	if s == nil {
		s = &sheet{from: from}
	}
	s.out, s.parts, s.list, s.resources = s.out[:0], slices.Grow(s.parts[:0], n), s.list[:0], s.resources[:0]
	return s
}

// keep takes a sheet back, unless it is too large.
func (f *shelf) keep(s *sheet) {
	poison.Bytes(s.out)
	if cap(s.out) <= f.most {
		f.Put(s)
	}
}
