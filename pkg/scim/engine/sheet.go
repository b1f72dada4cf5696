package engine

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// sheet has the representations of a page in one buffer, with commas between them, so that the page goes out
// as it is. A buffer for each of them and a copy of all took a fifth of the time of a page of 100.
type sheet struct {
	out       []byte
	parts     []part
	list      []body   // of parts, in out
	resources [][]byte // of list, as the page has them
	from      *shelf
}

// part is where a representation is in the buffer, and where in it its members are.
type part struct {
	span
	members span
}

// grow makes room for so many more bytes.
func (s *sheet) grow(n int) { s.out = slices.Grow(s.out, n) }

// begin returns where the next representation begins.
func (s *sheet) begin() int {
	if len(s.parts) > 0 {
		s.out = append(s.out, ',')
	}
	return len(s.out)
}

// end ends the representation that began at from.
func (s *sheet) end(from int, members span) {
	s.parts = append(s.parts, part{span{from, len(s.out)}, members})
}

// bodies are the representations. No one of them can grow into the next one.
func (s *sheet) bodies() []body {
	s.list = slices.Grow(s.list, len(s.parts))
	for _, p := range s.parts {
		s.list = append(s.list, body{s.out[p.from:p.to:p.to], p.members})
	}
	return s.list
}

// fill puts the first representations into the page, which gives the sheet back when it is released.
func (s *sheet) fill(page *scim.Found, bodies []body) {
	s.resources = slices.Grow(s.resources, len(bodies))
	for i := range bodies {
		s.resources = append(s.resources, bodies[i].json)
	}
	page.Resources, page.Joined = s.resources, s.joined(bodies)
	page.OnRelease(func() { s.from.keep(s) })
}

// joined are the first n representations, or nil if one of them has been cut since.
func (s *sheet) joined(bodies []body) []byte {
	for i := range bodies {
		if len(bodies[i].json) != s.parts[i].size() {
			return nil
		}
	}
	return s.out[:s.parts[len(bodies)-1].to]
}

// Sizes of what is in a representation besides what it is made of: names, quotes, times and a version.
const (
	metaSize = 160
	edgeSize = 64
)

// sizeOf is about how long the representation of a resource is besides its document. One that is longer costs
// a copy.
func (p *core) sizeOf(b *batch, id string, e edges) int {
	base := len(p.o.PublicBase) + len(b.Tenant.ID.String()) + len("//")
	n := metaSize + len(b.Type.Name) + base + len(b.Type.Endpoint) + 2*len(id)
	base += len("/Groups")
	for _, g := range e.groups.groups(id) {
		n += edgeSize + base + 2*len(g.ID) + len(g.Display)
	}
	for _, m := range e.members[id] {
		n += edgeSize + base + 2*len(m.ID) + len(m.Display)
	}
	return n
}

// sizeOfAll is about how long the representations of a batch are. A projection shows a part of the documents, of
// unknown size.
func (p *core) sizeOfAll(b *batch, e edges) (n int) {
	for _, r := range b.list {
		n += p.sizeOf(b, r.ID, e)
		if b.view.splice {
			n += len(r.Document)
		}
	}
	return n + len(",")*len(b.list) + len("]}")
}
