package memory

import (
	"encoding/binary"

	"github.com/scimstack/scimstack/pkg/scim"
)

// head is what an entry is found by.
type head struct {
	last    int64 // its last number
	written int64 // in seconds: the clock of a change may be another one
}

// headSize is the size of a head in a block, with the length of what follows.
const headSize = 8 + 8 + 4

func (h head) append(b []byte, length int) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(h.last))
	b = binary.LittleEndian.AppendUint64(b, uint64(h.written))
	return binary.LittleEndian.AppendUint32(b, uint32(length))
}

// headOf reads the head of the first of some entries, and how many bytes the entry has with it.
func headOf(b []byte) (h head, size int) {
	h.last = int64(binary.LittleEndian.Uint64(b))
	h.written = int64(binary.LittleEndian.Uint64(b[8:]))
	return h, headSize + int(binary.LittleEndian.Uint32(b[16:]))
}

// item is an entry, in bytes:
//
//	flags  last − first  type  id  time  actor  [before]  [after]  [left  joined  groups  cause]
//
// A state is version, created, last modified, and what a state has from the external id to the document, so that
// neither keys nor hidden values are in the feed. That of an after which has a before is written as how many bytes
// of the before it begins and ends with, and what is between. The bytes are valid until the next change.
type item struct {
	head
	bytes []byte
}

// Flags of an item.
const (
	isOwn = 1 << iota
	hasBefore
	hasAfter
	hasEdges
)

// appendItem appends an entry that has some states.
func appendItem(b []byte, typ int, before, after state, e *scim.Entry) []byte {
	of, flags := after, byte(0)
	if e.Own {
		flags |= isOwn
	}
	if before != nil {
		flags |= hasBefore
	}
	if after == nil {
		of = before
	} else {
		flags |= hasAfter
	}
	if len(e.Left)+len(e.Joined)+len(e.Groups) > 0 {
		flags |= hasEdges
	}
	b = binary.AppendUvarint(append(b, flags), uint64(e.Last-e.First))
	b = binary.AppendUvarint(b, uint64(typ))
	b = appendBytes(b, of.id())
	b = binary.LittleEndian.AppendUint64(b, uint64(e.Time.UnixMicro()))
	b = appendActor(b, &e.Actor)
	var shown []byte
	if before != nil {
		b, shown = appendStamp(b, before)
		b = appendBytes(b, shown)
	}
	if after != nil {
		was := shown
		b, shown = appendStamp(b, after)
		b = appendChanged(b, was, shown)
	}
	if flags&hasEdges != 0 {
		b = appendMembers(appendMembers(b, e.Left), e.Joined)
		b = binary.AppendUvarint(b, uint64(len(e.Groups)))
		for _, id := range e.Groups {
			b = appendBytes(b, id)
		}
		b = appendBytes(appendBytes(b, e.Cause.Type), e.Cause.ID)
	}
	return b
}

func appendActor(b []byte, a *scim.Actor) []byte {
	for _, s := range [...]string{a.Token, a.IdP, a.Agent, a.Operator, a.RequestID} {
		b = appendBytes(b, s)
	}
	return b
}

func appendMembers(b []byte, list []scim.Member) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		b = appendBytes(appendBytes(appendBytes(b, list[i].ID), list[i].Type), list[i].Display)
	}
	return b
}

// appendStamp appends the version and the times of a state, and returns what else of it is shown.
func appendStamp(b []byte, s state) (out, shown []byte) {
	f := s.fields()
	return appendHead(b, f.created, f.version, timeOf(f.modified)), s[f.external:f.document.to]
}

// appendChanged appends bytes as a change of others.
func appendChanged(b, was, is []byte) []byte {
	from := alike(was, is)
	to := 0
	for most := min(len(was), len(is)) - from; to < most && was[len(was)-1-to] == is[len(is)-1-to]; {
		to++
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(from)), uint64(to))
	return appendBytes(b, is[from:len(is)-to])
}

// alike is how many bytes two strings begin with alike.
func alike(a, b []byte) (n int) {
	const word = 8
	most := min(len(a), len(b))
	for n+word <= most && binary.LittleEndian.Uint64(a[n:]) == binary.LittleEndian.Uint64(b[n:]) {
		n += word
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// first is the first number of the entry.
func (i *item) first() int64 {
	n, _ := uintAt(i.bytes, 1)
	return i.last - int64(n)
}

// entry is what a reader gets. Nothing of it is in the block.
func (i *item) entry(types []*kind) scim.Entry {
	r := reader{b: i.bytes}
	flags := r.byte()
	e := scim.Entry{Last: i.last, First: i.last - int64(r.uint()), Own: flags&isOwn != 0}
	k := types[r.uint()]
	e.Type, e.ID = k.name, string(r.bytes())
	e.Time = timeOf(r.fixed())
	for _, s := range [...]*string{&e.Actor.Token, &e.Actor.IdP, &e.Actor.Agent, &e.Actor.Operator, &e.Actor.RequestID} {
		*s = string(r.bytes())
	}
	var shown []byte
	if flags&hasBefore != 0 {
		stamp := r.stamp()
		shown = r.bytes()
		e.Before = k.shown(e.ID, stamp, shown)
	}
	if flags&hasAfter != 0 {
		stamp := r.stamp()
		e.After = k.shown(e.ID, stamp, r.changed(shown)...)
	}
	if flags&hasEdges != 0 {
		e.Left, e.Joined = r.members(), r.members()
		for n := r.uint(); n > 0; n-- {
			e.Groups = append(e.Groups, string(r.bytes()))
		}
		e.Cause = scim.Ref{Type: string(r.bytes()), ID: string(r.bytes())}
	}
	return e
}

// shown is the resource in a state of which a reader sees some parts.
func (k *kind) shown(id string, stamp []byte, parts ...[]byte) *scim.Resource {
	s := append(appendBytes(nil, id), stamp...)
	for _, p := range parts {
		s = append(s, p...)
	}
	return k.one(id, append(s, 0)) // no Hidden, and no keys
}

// reader reads an item.
type reader struct {
	b  state
	at int
}

func (r *reader) byte() byte {
	r.at++
	return r.b[r.at-1]
}

func (r *reader) uint() (n uint64) {
	n, r.at = uintAt(r.b, r.at)
	return n
}

func (r *reader) fixed() int64 {
	r.at += 8
	return int64(binary.LittleEndian.Uint64(r.b[r.at-8:]))
}

func (r *reader) bytes() []byte {
	p := spanAt(r.b, r.at)
	r.at = p.to
	return r.b.bytes(p)
}

// stamp is what appendStamp has appended.
func (r *reader) stamp() []byte {
	from := r.at
	r.fixed()
	r.uint()
	r.uint()
	return r.b[from:r.at]
}

// changed are the parts of what appendChanged has appended.
func (r *reader) changed(was []byte) [][]byte {
	from, to := int(r.uint()), int(r.uint())
	return [][]byte{was[:from], r.bytes(), was[len(was)-to:]}
}

func (r *reader) members() (list []scim.Member) {
	for n := r.uint(); n > 0; n-- {
		list = append(list, scim.Member{ID: string(r.bytes()), Type: string(r.bytes()), Display: string(r.bytes())})
	}
	return list
}
