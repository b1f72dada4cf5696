package schema

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"
)

// Stored is a document as it is stored, of which a change looks at a few members: Read decodes these, and Append
// writes the document with what became of them and with all others as they are. To decode and to encode all of it
// takes a PATCH of one attribute a quarter of its time. The zero value is no document, see Set. It must not be copied,
// and is not safe for concurrent use. The maps that it returns belong to it, see Reset.
type Stored struct {
	outline
	maps lender
}

// outline is a document and where its members are.
type outline struct {
	rt   *ResourceType
	text []byte
	list []storedMember // those that are there, in the order of the slots
	read uint64         // a bit for each slot that was decoded
	room [20]storedMember
	own  strings.Builder // strings of the document, see string
}

// storedMember is a member in the text: its key begins at from, its value at value, and both end before end.
// The numbers are small, for there is one array of them in each PATCH.
type storedMember struct {
	slot             uint8
	from, value, end uint32
}

// maxSlots is the number of bits of Stored.read.
const maxSlots = 64

// Set makes s a document that AppendDocument has made, instead of the one before. s refers to it, so it must not be
// changed while s is used. ok is false if it has another form, such as that of an earlier version of the schema, so
// that to decode and to encode it would change it.
func (s *Stored) Set(rt *ResourceType, document []byte) (ok bool) {
	if rt.slots() > maxSlots || len(document) > math.MaxUint32 || !utf8.Valid(document) {
		return false
	}
	s.rt, s.text, s.list, s.read = rt, document, s.room[:0], 0
	return s.find()
}

// unread returns the member that has a name, or nil if there is none or it was decoded. It compares with the keys in
// the text, as names have nothing to escape.
func (s *Stored) unread(name string) *storedMember {
	for i := range s.list {
		m := &s.list[i]
		if key := s.text[m.from:m.value]; len(key) == len(name)+len(`"":`) && string(key[1:1+len(name)]) == name {
			if s.read&(1<<m.slot) != 0 {
				return nil
			}
			return m
		}
	}
	return nil
}

// Has reports whether the document has an attribute that is not part of an extension and was not decoded.
func (s *Stored) Has(name string) bool { return s.unread(name) != nil }

// ReadExtensions decodes all extensions, and the attribute schemas, which follows from them.
func (s *Stored) ReadExtensions(doc map[string]any) error {
	for _, e := range s.rt.Extensions {
		if err := s.Read(doc, e.Schema.ID); err != nil {
			return err
		}
	}
	return s.Read(doc, schemasAttr.Name)
}

// Read decodes an attribute, or an extension, into doc, which may be nil if the document does not have it.
func (s *Stored) Read(doc map[string]any, name string) error {
	slot := s.rt.slotOf(name)
	if slot < 0 {
		return nil
	}
	m := s.unread(name)
	s.read |= 1 << slot
	if m == nil {
		return nil
	}
	p := jsonParser{data: s.copied(int(m.value), int(m.end)), max: math.MaxInt, left: math.MaxInt, stored: true, lists: 1, maps: &s.maps}
	v, err := p.value(1)
	doc[name] = v
	return err
}

// Append appends the document with the members that were decoded as doc has them now.
func (s *Stored) Append(dst []byte, doc map[string]any) []byte {
	dst = append(dst, '{')
	next := 0
	for slot := range s.rt.slots() {
		var old *storedMember
		if next < len(s.list) && int(s.list[next].slot) == slot {
			old = &s.list[next]
			next++
		}
		switch {
		case s.read&(1<<slot) != 0:
			dst = s.rt.appendSlot(dst, slot, doc)
		case old != nil:
			if slot != slotSchemas {
				dst = append(dst, ',')
			}
			dst = append(dst, s.text[old.from:old.end]...)
		}
	}
	return append(dst, '}')
}

// Text returns the string that a top-level attribute of the base schema is, or externalId. ok is false if it is no
// string, or was decoded.
func (s *Stored) Text(name string) (text string, ok bool) {
	m := s.unread(name)
	if m == nil || s.text[m.value] != '"' {
		return "", false
	}
	text, _ = s.string(int(m.value))
	return text, true
}

// string decodes the string at a place in the text, and returns where it ends.
func (s *Stored) string(at int) (text string, end int) {
	end = endOfString(s.text, at) // it ends, see find
	if bytes.IndexByte(s.text[at:end], '\\') < 0 {
		return s.copied(at+1, end-1), end
	}
	p := jsonParser{data: s.copied(at, end)}
	text, _ = p.str()
	return text, end
}

// ownStrings is the memory for strings of a document: of a user, the index keys and names take about 100 bytes.
const ownStrings = 128

// copied is a part of the text as a string. Such strings share memory: a copy of the whole text would take four times
// as much, and one for each string as many objects.
func (s *Stored) copied(from, to int) string {
	if s.own.Cap()-s.own.Len() < to-from {
		s.own = strings.Builder{}
		s.own.Grow(max(ownStrings, to-from))
	}
	at := s.own.Len()
	s.own.Write(s.text[from:to])
	return s.own.String()[at:]
}
