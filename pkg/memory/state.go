package memory

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// state is one state of a resource with its index keys, in bytes that never change: a tenant is one piece of memory
// for each resource, in which there is no pointer that the garbage collector would follow.
//
//	id  created  version  last modified − created  external id  display name  document  hidden  keys
//
// An id, a document and Hidden have their length before them, see appendBytes. Names are values, see appendValue.
// Times are microseconds. The type is that of the kind. nil is no state.
type state []byte

// span is a part of a state.
type span struct{ from, to int }

// fields say where the parts of a state are.
type fields struct {
	s                          state
	id, document, hidden       span
	version, created, modified int64
	head                       int // where created begins
	external, display, keys    int // where they begin
}

func (s state) fields() (f fields) {
	f.s = s
	f.id = spanAt(s, 0)
	f.head = f.id.to
	at := f.head + 8
	f.created = int64(binary.LittleEndian.Uint64(s[f.head:at]))
	n, at := uintAt(s, at)
	f.version = int64(n)
	n, at = uintAt(s, at)
	f.modified = f.created + unzigzag(n)
	f.external = at
	f.display = skipValue(s, f.external)
	f.document = spanAt(s, skipValue(s, f.display))
	f.hidden = spanAt(s, f.document.to)
	f.keys = f.hidden.to
	return f
}

// id is the id of the resource.
func (s state) id() []byte { return s.bytes(spanAt(s, 0)) }

// display is the display name of the resource.
func (s state) display() []byte {
	f := s.fields()
	return f.value(f.display)
}

// bytes is a part of the state, nil if it is empty.
func (s state) bytes(p span) []byte {
	if p.from == p.to {
		return nil
	}
	return s[p.from:p.to:p.to]
}

// value is a value that begins somewhere.
func (f *fields) value(at int) []byte {
	value, _ := valueAt(f.s, at, f.document.from)
	return value
}

// next is the state after a change. Without a Put the content stays, and without a Display the name.
func (k *kind) next(old state, c *scim.Change) state {
	if c.Put == nil {
		return old.touched(c.Now)
	}
	var version int64
	created, display := c.Put.Created.UnixMicro(), ""
	if old != nil { // a new resource needs no name, see tenant.rename
		f := old.fields()
		version, created, display = f.version, f.created, c.Display
		if display == "" {
			display = string(f.value(f.display))
		}
	}
	var room [1 << 10]byte // enough for most
	b := appendBytes(room[:0], c.ID)
	b = appendHead(b, created, version+1, c.Now)
	b, near := appendValue(b, c.Put.Document, c.Put.ExternalID, 0)
	b, _ = appendValue(b, c.Put.Document, display, near)
	b = appendBytes(b, c.Put.Document)
	b = appendBytes(b, c.Put.Hidden)
	return bytes.Clone(k.appendKeys(b, c.Put.Document, c.Keys))
}

// touched is the state with the next version.
func (s state) touched(now time.Time) state {
	f := s.fields()
	b := make([]byte, 0, len(s)+binary.MaxVarintLen64)
	b = append(b, s[:f.head]...)
	b = appendHead(b, f.created, f.version+1, now)
	return append(b, s[f.external:]...)
}

func appendHead(b []byte, created, version int64, modified time.Time) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(created))
	b = binary.AppendUvarint(b, uint64(version))
	return binary.AppendVarint(b, modified.UnixMicro()-created)
}

// resource fills in a resource. Its document is a part of the state, and its strings are appended to text, which it may
// share with others.
func (k *kind) resource(r *scim.Resource, s state, text *strings.Builder) {
	f := s.fields()
	r.ID = cutString(text, s.bytes(f.id))
	k.fill(r, &f)
	r.ExternalID = cutString(text, f.value(f.external))
}

// fill fills in all but the strings of a resource.
func (k *kind) fill(r *scim.Resource, f *fields) {
	r.Type, r.Version, r.Created, r.LastModified = k.name, f.version, timeOf(f.created), timeOf(f.modified)
	r.Document, r.Hidden = f.s.bytes(f.document), f.s.bytes(f.hidden)
}

// cutString appends to a builder, and returns the string of what was appended.
func cutString(text *strings.Builder, b []byte) string {
	from := text.Len()
	text.Write(b)
	return text.String()[from:]
}

func timeOf(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
