package activity

import (
	"encoding/binary"
	"time"
)

// coder writes the fields of a record one after the other, or reads them in the same order: one list of the
// fields serves both, so that they cannot differ. A number is a varint, and a text is its length and its bytes.
//
// A Memory keeps records in this form. Each is a part of a large array of bytes, so that the garbage collector
// sees one object without pointers for hundreds of records.
type coder struct {
	out []byte // what was written

	reading bool
	in      []byte // what is read
	at      int    // how much of it was read
	copied  string // in, as the string of which the texts that were read are parts
	broken  bool   // in was not written by a coder
}

// appendRecord appends the encoded form of a record to out. The tenant is no part of it.
func appendRecord(out []byte, r *Record) []byte {
	c := coder{out: out}
	c.record(r)
	return c.out
}

// record visits all fields. Those that a query asks for are the first, see packed.matches. A usual record has few of
// the others, so that a flag stands for many that are empty: this halves the time for a read.
func (c *coder) record(r *Record) {
	c.text(&r.ID)
	c.number(&r.Status)
	c.text(&r.IdP)
	c.text(&r.Operation)
	c.text(&r.RequestID)
	c.text(&r.Resource)
	if c.any(r.Holder != "" || len(r.Added)+len(r.Removed)+len(r.Also)+len(r.Known) > 0) {
		c.text(&r.Holder)
		c.list(&r.Added)
		c.list(&r.Removed)
		c.list(&r.Also)
		c.list(&r.Known)
	}

	c.time(&r.Time)
	c.duration(&r.Duration)
	c.text(&r.Entry)
	c.text(&r.Key)
	c.text(&r.Method)
	c.text(&r.Type)
	c.list(&r.Verbs)
	c.list(&r.Changed)
	if c.any(r.ScimType != "" || r.Code != "" || r.Attribute != "" || r.ErrorID != "" || r.Plan != "" || len(r.Notes) > 0) {
		c.text(&r.ScimType)
		c.text(&r.Code)
		c.text(&r.Attribute)
		c.text(&r.ErrorID)
		c.text(&r.Plan)
		c.list(&r.Notes)
	}
	if c.any(r.Item != 0 || r.MembersAdded != 0 || r.MembersRemoved != 0 || r.Cleared || r.Read != 0 || r.Count != 0 || r.Days != 0) {
		c.number(&r.Item)
		c.number(&r.MembersAdded)
		c.number(&r.MembersRemoved)
		c.flag(&r.Cleared)
		c.number(&r.Read)
		c.number(&r.Count)
		c.number(&r.Days)
	}
	if c.any(r.Name != "" || r.Actor != "" || len(r.Names)+len(r.Values)+len(r.Before) > 0) {
		c.text(&r.Name)
		c.text(&r.Actor)
		c.names(&r.Names)
		c.object(&r.Values)
		c.object(&r.Before)
	}
}

// any writes or reads whether there is any of the fields that follow.
func (c *coder) any(there bool) bool {
	c.flag(&there)
	return there
}

func (c *coder) number(n *int) {
	if !c.reading {
		c.out = binary.AppendVarint(c.out, int64(*n))
		return
	}
	v, width := binary.Varint(c.in[c.at:])
	c.passed(width)
	*n = int(v)
}

func (c *coder) duration(d *time.Duration) {
	n := int(*d)
	c.number(&n)
	*d = time.Duration(n)
}

func (c *coder) flag(f *bool) {
	n := 0
	if *f {
		n = 1
	}
	*f = c.length(n) == 1
}

// time keeps the zone, which is a part of what is read.
func (c *coder) time(t *time.Time) {
	if c.reading {
		c.broken = c.broken || t.UnmarshalBinary(c.bytes()) != nil
		return
	}
	var space [16]byte
	b, err := t.AppendBinary(space[:0])
	if err != nil { // an offset of more than 22 days has no binary form
		b, _ = t.UTC().AppendBinary(space[:0])
	}
	c.out = append(binary.AppendUvarint(c.out, uint64(len(b))), b...)
}

func (c *coder) text(s *string) {
	if !c.reading {
		if c.length(len(*s)); *s != "" {
			c.out = append(c.out, *s...)
		}
		return
	}
	n := len(c.bytes())
	*s = c.copied[c.at-n : c.at]
}

// list writes an empty list as none.
func (c *coder) list(l *[]string) {
	n := c.length(len(*l))
	if c.reading && n > 0 {
		*l = make([]string, n)
	}
	for i := range *l {
		c.text(&(*l)[i])
	}
}

func (c *coder) names(names *map[string]string) {
	n := c.length(len(*names))
	if !c.reading {
		for id, name := range *names {
			c.text(&id)
			c.text(&name)
		}
		return
	}
	if n > 0 {
		*names = make(map[string]string, n)
	}
	for range n {
		var id, name string
		c.text(&id)
		c.text(&name)
		(*names)[id] = name
	}
}

// length writes or reads how many parts follow, each of which takes a byte at least.
func (c *coder) length(n int) int {
	switch {
	case !c.reading && n < 0x80:
		c.out = append(c.out, byte(n))
		return n
	case !c.reading:
		c.out = binary.AppendUvarint(c.out, uint64(n))
		return n
	}
	v, width := binary.Uvarint(c.in[c.at:])
	if c.passed(width); v > uint64(len(c.in)-c.at) {
		c.passed(0)
		return 0
	}
	return int(v)
}

// bytes reads a length and as many bytes, without a copy.
func (c *coder) bytes() []byte {
	n := c.length(0)
	c.at += n
	return c.in[c.at-n : c.at]
}

// passed notes that a number of this width was read; there was none if it is not positive.
func (c *coder) passed(width int) {
	if c.at += width; width <= 0 {
		c.at, c.broken = len(c.in), true
	}
}
