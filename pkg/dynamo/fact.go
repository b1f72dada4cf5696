package dynamo

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// A fact is what a write says of itself on the item that it writes: who made the change, and which members
// joined and left. With both images of the item, the consumer of the stream makes an entry of the feed of
// it (sequence.go). It is some dozen bytes, of which the next write leaves none.
//
// A transaction has a few ids of members, of 17 bytes each. A staged write may have 100,000: their ids are
// in parts (factparts.go), and the fact names its number.

const attrFact = "fd" // resource item and tombstone: the fact of the last write

// fact is the content of attrFact.
type fact struct {
	nonce        [6]byte // of the write, so that an item whose fact an update did not touch shows no fact twice
	own          bool    // the document was written, or the resource removed
	parts        string  // the members are in the parts of this name, unless ""
	actor        scim.Actor
	cause        scim.Ref
	named        bool          // joined and left have their names, as far as they have any
	joined, left []scim.Member // those of a transaction may lack type and name
}

// shownNames is up to how many members a fact on an item has the names of, if these are short.
const shownNames = 4

func shortNames(list []scim.Member) bool {
	n := 0
	for _, m := range list {
		n += len(m.Display)
	}
	return len(list) <= shownNames && n <= 40*shownNames
}

// keepsFeed reports whether writes say what they do.
func (s *Store) keepsFeed() bool { return s.o.Feed.Age > 0 }

// fact is the fact of a write of the change.
func (cm commit) fact() fact {
	f := fact{own: cm.c.Put != nil || cm.c.Remove, actor: cm.c.Actor, cause: cm.cause}
	_, _ = rand.Read(f.nonce[:]) // it never fails
	return f
}

// fact is the fact of an attempt: with what is left of its edges.
func (w *write) fact() fact {
	f := w.commit.fact()
	switch {
	case w.lease != nil && w.lease.moved > 0:
		f.parts = partsOf(w.lease.Op)
	case w.lease == nil:
		f.joined = w.delta.add
		f.left = w.leavers()
	}
	return f
}

// leavers are the members whom the write removes. Their types and names are known only if they were read.
func (w *write) leavers() []scim.Member {
	out := make([]scim.Member, len(w.delta.remove))
	for i, id := range w.delta.remove {
		if out[i] = (scim.Member{ID: id}); id == w.cause.ID {
			out[i].Type, out[i].Display = w.cause.Type, w.causeName
		} else if e, ok := w.delta.read[w.after.place(id)]; ok {
			out[i] = e.Member
		}
	}
	return out
}

// tell puts the fact on an item that is written as a whole.
func (s *Store) tell(it item, f fact) {
	if s.keepsFeed() {
		it[attrFact] = bin(f.pack())
	}
}

// telling puts the fact on an item that is updated.
func (s *Store) telling(e *expression, f fact) {
	if s.keepsFeed() {
		e.set(attrFact, e.bind(":fact", bin(f.pack())))
	}
}

func (f fact) pack() []byte {
	var p packer
	p = append(p, f.nonce[:]...)
	p.flag(f.own)
	for _, s := range []string{f.parts, f.actor.Token, f.actor.IdP, f.actor.Agent, f.actor.Operator, f.actor.RequestID, f.cause.Type} {
		p.str(s)
	}
	p.id(f.cause.ID)
	names := shortNames(f.joined) && shortNames(f.left)
	p.flag(names)
	p.members(f.joined, names)
	p.members(f.left, names)
	return p
}

// errPacked says that bytes that this package has written cannot be read.
var errPacked = errors.New("dynamo: packed bytes cannot be read; was the item written by a newer version?")

func unpackFact(b []byte) (f fact, err error) {
	if len(b) < len(f.nonce) {
		return f, errPacked
	}
	u := unpacker{b: b[copy(f.nonce[:], b):]}
	f.own = u.flag()
	for _, s := range []*string{&f.parts, &f.actor.Token, &f.actor.IdP, &f.actor.Agent, &f.actor.Operator, &f.actor.RequestID, &f.cause.Type} {
		*s = u.str()
	}
	f.cause.ID = u.id()
	f.named = u.flag()
	f.joined, f.left = u.members(), u.members()
	return f, u.err
}

// packer appends values as bytes: lengths before strings, and UUIDs as 16 bytes.
type packer []byte

func (p *packer) flag(v bool) {
	b := byte(0)
	if v {
		b = 1
	}
	*p = append(*p, b)
}

func (p *packer) int(n int64) { *p = binary.AppendVarint(*p, n) }

func (p *packer) str(s string) { *p = append(binary.AppendUvarint(*p, uint64(len(s))), s...) }

// id packs an id: 0 and 16 bytes for a UUID, or its length plus one and the string.
func (p *packer) id(s string) {
	if raw, ok := uuidBytes(s); ok {
		*p = append(append(*p, 0), raw...)
		return
	}
	*p = append(binary.AppendUvarint(*p, uint64(len(s))+1), s...)
}

func (p *packer) members(list []scim.Member, names bool) {
	p.int(int64(len(list)))
	for _, m := range list {
		p.id(m.ID)
		if typ := m.Type; typ == schema.TypeUser {
			p.str("u") // the name of a type begins with a capital, or is longer
		} else {
			p.str(typ)
		}
		if !names {
			m.Display = ""
		}
		p.str(m.Display)
	}
}

const uuidLength = 36

func uuidBytes(s string) ([]byte, bool) {
	if len(s) != uuidLength || s != strings.ToLower(s) || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return nil, false
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	return raw, err == nil && len(raw) == 16
}

// unpacker reads what a packer wrote. After an error it returns zero values.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) take(n uint64) []byte {
	if u.err != nil || n > uint64(len(u.b)) {
		u.err = errPacked
		return nil
	}
	out := u.b[:n]
	u.b = u.b[n:]
	return out
}

func (u *unpacker) flag() bool {
	b := u.take(1)
	return len(b) == 1 && b[0] == 1
}

func (u *unpacker) int() int64 {
	n, used := binary.Varint(u.b)
	u.skip(used)
	return n
}

func (u *unpacker) length() uint64 {
	n, used := binary.Uvarint(u.b)
	u.skip(used)
	return n
}

func (u *unpacker) skip(used int) {
	if used <= 0 {
		u.err, u.b = errPacked, nil
		return
	}
	u.b = u.b[used:]
}

func (u *unpacker) str() string { return string(u.take(u.length())) }

func (u *unpacker) id() string {
	n := u.length()
	if n > 0 || u.err != nil {
		return string(u.take(max(n, 1) - 1))
	}
	raw := u.take(16)
	if len(raw) < 16 {
		return ""
	}
	h := hex.EncodeToString(raw)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (u *unpacker) members() (out []scim.Member) {
	for n := u.int(); n > 0 && u.err == nil; n-- {
		m := scim.Member{ID: u.id(), Type: u.str()}
		if m.Type == "u" {
			m.Type = schema.TypeUser
		}
		m.Display = u.str()
		out = append(out, m)
	}
	return out
}

// factIn is the fact of the write that made the new image of an item, and whether that write has one: an
// update that says nothing leaves that of an earlier write.
func factIn(old, now item) (f fact, says bool, err error) {
	b := bytesOf(now, attrFact)
	if b == nil || string(b) == string(bytesOf(old, attrFact)) {
		return f, false, nil
	}
	f, err = unpackFact(b)
	return f, true, err
}

// strings of a string set, or nil.
func stringsOf(it item, name string) []string {
	if v, ok := it[name].(*types.AttributeValueMemberSS); ok {
		return v.Value
	}
	return nil
}
