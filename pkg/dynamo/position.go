package dynamo

import (
	"cmp"
	"context"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	attrAt      = "pv" // position: the version
	attrAtSeq   = "ps" // position: the sequence number of its record
	attrAtGone  = "pg" // position: the resource was removed
	attrAtAgain = "pa" // position: a resource with this id was removed before
	attrAtParts = "pp" // position: how many entries of the next version are written
)

// position says up to where there are entries of a resource. The zero position is before all.
type position struct {
	version  int64
	sequence string // padded
	gone     bool
	again    bool
	parts    int
	was      *position // the one before the version, while parts of it are written
}

// before reports whether a version, as a record shows it, follows the position. Versions ascend, also
// over a restore, whose records have other sequence numbers. If an id is used again, its versions begin
// anew, and the sequence numbers decide.
func (at position) before(version int64, r StreamRecord) bool {
	later := paddedSequence(r.Sequence) > at.sequence
	if at.gone {
		return r.Kind == "INSERT" && later
	}
	return version > at.version && (later || !at.again)
}

// next is the position of a version.
func (at position) next(version int64, r StreamRecord) position {
	was := at
	return position{version: version, sequence: paddedSequence(r.Sequence), again: at.again || at.gone, parts: at.parts, was: &was}
}

// removed is the position of a removal.
func (at position) removed(r StreamRecord) position {
	next := at.next(at.version, r)
	next.gone = true
	return next
}

// within is the position while n entries of the version are written, and more are to come.
func (at position) within(n int) position {
	var was position
	if at.was != nil {
		was = *at.was
	}
	was.parts = n
	return was
}

// whole is the position when all entries are written.
func (at position) whole() position {
	at.parts, at.was = 0, nil
	return at
}

func (at position) item(s *Store, t scim.TenantID, ref scim.Ref) item {
	it := positionKey(t, ref).item()
	it[attrAt], it[attrAtSeq], it[attrTTL] = num(at.version), str(at.sequence), num(s.o.Now().Add(positionLife).Unix())
	for attr, on := range map[string]bool{attrAtGone: at.gone, attrAtAgain: at.again} {
		if on {
			it[attr] = num(1)
		}
	}
	if at.parts > 0 {
		it[attrAtParts] = num(int64(at.parts))
	}
	return it
}

// positions reads those positions of resources that are not known.
func (q *sequencer) positions(ctx context.Context, refs []scim.Ref) error {
	var keys []key
	for _, ref := range refs {
		if _, known := q.at[ref]; !known {
			q.at[ref] = position{}
			keys = append(keys, positionKey(q.t, ref))
		}
	}
	items, err := q.s.batchGet(ctx, keys)
	for _, it := range items {
		ref := refOf(strings.TrimPrefix(stringOf(it, attrSK), "~at#"))
		q.at[ref] = position{version: numberOf(it, attrAt), sequence: stringOf(it, attrAtSeq), gone: numberOf(it, attrAtGone) > 0,
			again: numberOf(it, attrAtAgain) > 0, parts: int(numberOf(it, attrAtParts))}
	}
	return err
}

func byRef(a, b scim.Ref) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID)) }
