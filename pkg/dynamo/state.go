package dynamo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// state is what a group item says about the edges of the group: which of them are memberships
// and which staged write is in progress. A resource that never had a member has the zero state.
type state struct {
	HadMembers bool      // edges may exist: there have been members
	Count      int64     // members now
	Seq        int64     // staged writes up to this number are decided
	Split      int64     // the first slots of members whose edges are in shards (shard.go)
	Void       []int64   // decided staged writes without effect: their marks on edges mean nothing
	Lease      *lease    // the staged write in progress
	Epoch      int64     // the epoch that the latest reader has begun
	EpochUntil time.Time // removals leave traces until then
}

// lease is the right of one staged write to change the edges of a group.
type lease struct {
	Op    int64 // number of the staged write, always Seq+1
	Owner string
	Until time.Time
	Hash  string // of the change
	Split int64  // of the group after it, unless 0
	progress
	Parked bool // the request has ended; the same one may continue it before Until
}

// held reports whether the owner of a lease may still be at work.
func (s *Store) held(l *lease) bool { return s.alive(l.Until, max(s.o.Lease, parkedFor)) }

// alive reports whether who has claimed something until a time, for a while at most, may still be at work. Clocks agree to less than
// that: a claim that ends later than two of them from now was made by a clock that was ahead, or has been set back since.
func (s *Store) alive(until time.Time, longest time.Duration) bool {
	left := until.Sub(s.o.Now())
	return left > 0 && left <= 2*longest
}

// progress of a staged write: of its edges in order, how many are marked and checked, how many of these
// have an effect, and by how much they change the number of members.
type progress struct{ done, moved, grown int }

// leaseOf reads a lease.
func leaseOf(m item) *lease {
	_, parked := m[attrLeaseDone]
	return &lease{Op: numberOf(m, attrLeaseOp), Owner: stringOf(m, attrLeaseOwner), Until: time.UnixMilli(numberOf(m, attrLeaseUntil)),
		Hash: stringOf(m, attrLeaseHash), Split: numberOf(m, attrSplit), Parked: parked,
		progress: progress{int(numberOf(m, attrLeaseDone)), int(numberOf(m, attrLeaseMoved)), int(numberOf(m, attrLeaseGrown))}}
}

func (l *lease) item() *types.AttributeValueMemberM {
	it := item{attrLeaseOp: num(l.Op), attrLeaseOwner: str(l.Owner), attrLeaseUntil: num(l.Until.UnixMilli())}
	if l.Hash != "" {
		it[attrLeaseHash] = str(l.Hash)
	}
	if l.Split > 0 {
		it[attrSplit] = num(l.Split)
	}
	if l.Parked {
		it[attrLeaseDone], it[attrLeaseMoved], it[attrLeaseGrown] = num(int64(l.done)), num(int64(l.moved)), num(int64(l.grown))
	}
	return &types.AttributeValueMemberM{Value: it}
}

// parking keeps the marks of a staged write that ran out of time, for the owner of its lease.
func (l *lease) parking(parked lease) expression {
	e := l.held()
	e.set(attrLease, e.bind(":pend", parked.item()))
	return e
}

// opaque is the state as scim.Resource.State holds it: nil for the zero state.
func (s state) opaque() any {
	if !s.HadMembers && s.Seq == 0 && s.Lease == nil {
		return nil
	}
	return s
}

func stateOf(r *scim.Resource) state {
	if r == nil {
		return state{}
	}
	s, _ := r.State.(state)
	return s
}

func readState(it item) state {
	s := state{Count: numberOf(it, attrCount), Seq: numberOf(it, attrSeq), Split: numberOf(it, attrSplit), Void: numbersOf(it, attrVoid)}
	if _, s.HadMembers = it[attrCount]; !s.HadMembers {
		return s.leased(it)
	}
	if s.Epoch = numberOf(it, attrEpoch); s.Epoch > 0 {
		s.EpochUntil = time.UnixMilli(numberOf(it, attrEpochUntil))
	}
	return s.leased(it)
}

func (s state) leased(it item) state {
	if m, ok := it[attrLease].(*types.AttributeValueMemberM); ok {
		s.Lease = leaseOf(m.Value)
	}
	return s
}

// addTo writes the state into an item, without its lease. Callers that replace the item must
// first check that no lease is active, or break it.
func (s state) addTo(it item) {
	if s.HadMembers {
		it[attrCount] = num(s.Count)
	}
	if s.Seq > 0 {
		it[attrSeq] = num(s.Seq)
	}
	if s.Split > 0 {
		it[attrSplit] = num(s.Split)
	}
	if len(s.Void) > 0 {
		it[attrVoid] = nums(s.Void...)
	}
	if s.Epoch > 0 {
		it[attrEpoch], it[attrEpochUntil] = num(s.Epoch), num(s.EpochUntil.UnixMilli())
	}
}

// broken is the state after an expired lease is broken: its staged write is void.
func (s state) broken() state {
	if s.Lease == nil {
		return s
	}
	s.Seq = s.Lease.Op
	s.Void = append(slices.Clone(s.Void), s.Lease.Op)
	s.Lease = nil
	return s
}

// applied reports whether a staged write has taken effect.
func (s state) applied(op int64) bool { return op > 0 && op <= s.Seq && !slices.Contains(s.Void, op) }

// visible reports whether an edge is a membership: the staged write that added it has taken
// effect, if one did, and the one that removes it has not.
func (s state) visible(e edge) bool {
	return (e.added == 0 || s.applied(e.added)) && !s.applied(e.removed)
}

// The rest of this file are the expressions of the staged-write protocol, which doc.go describes.
// No other file uses its attributes in an expression. testdata/expressions.golden lists them all.

// asRead is the condition that the resource exists with the state that was read and, unless
// version is 0, at that version. A write that replaces the whole item needs no more than this.
func (s state) asRead(version int64) expression {
	e := expression{returnOld: true}
	e.require(itemExists)
	if s.Seq > 0 {
		e.require(attrSeq + " = " + e.bind(":wasseq", num(s.Seq)))
	} else {
		e.require(absent(attrSeq))
	}
	if s.Lease != nil {
		e.require(e.leaseOwner() + " = " + e.bind(":wasowner", str(s.Lease.Owner)))
	} else {
		e.require(absent(attrLease))
	}
	if version > 0 {
		e.require(attrVersion + " = " + e.bind(":v", num(version)))
	}
	if s.HadMembers { // otherwise no reader has begun an epoch
		e.sameEpoch(s.Epoch)
	}
	return e
}

// sameEpoch is the condition that no reader has begun an epoch that the writer does not know.
func (e *expression) sameEpoch(epoch int64) {
	if epoch > 0 {
		e.require(attrEpoch + " = " + e.bind(":ep", num(epoch)))
	} else {
		e.require(absent(attrEpoch))
	}
}

// beginningEpoch begins an epoch of a group with members, unless a staged write holds its lease.
func beginningEpoch(now time.Time) expression {
	e := onlyIf("attribute_exists(" + attrCount + ")")
	e.require(absent(attrLease))
	e.set(attrEpoch, "if_not_exists("+attrEpoch+", "+e.bind(":zero", num(0))+") + "+e.bind(":one", num(1)))
	e.set(attrEpochUntil, e.bind(":until", num(now.Add(epochLife).UnixMilli())))
	return e
}

// touching changes edges in the same transaction: the number of members changes by delta. A
// lease in the state has expired and is broken.
func (s state) touching(version int64, now time.Time, delta int) expression {
	e := s.asRead(version)
	if !s.HadMembers {
		e.sameEpoch(0)
	}
	e.touch(now, delta)
	if s.Lease != nil {
		e.void(s.Lease.Op)
		e.release()
	}
	return e
}

// leasing begins a staged write, or continues the one in the state. A lease of another one has expired
// and is broken.
func (s state) leasing(version int64, l *lease) expression {
	e := s.asRead(version)
	e.set(attrLease, e.bind(":pend", l.item()))
	if s.Lease != nil && s.Lease.Op != l.Op {
		e.void(s.Lease.Op)
	}
	return e
}

// breaking ends a staged write whose lease has expired.
func (s state) breaking() expression {
	e := s.asRead(0)
	e.void(s.Lease.Op)
	e.release()
	return e
}

// forgetting drops the oldest void numbers, once no edge has a mark with one of them.
func (s state) forgetting(ops []int64) expression {
	e := s.asRead(0)
	e.deletes = append(e.deletes, attrVoid+" "+e.bind(":old", nums(ops...)))
	return e
}

// switching makes all marks of a staged write true at once, for the owner of its lease.
func (l *lease) switching(now time.Time, delta int) expression {
	e := l.held()
	e.touch(now, delta)
	e.decide(l)
	return e
}

// spreading is switching for a staged write that only moves edges: the group stays as it is.
func (l *lease) spreading() expression {
	e := l.held()
	e.decide(l)
	return e
}

// decide makes the marks of a lease true, and ends it.
func (e *expression) decide(l *lease) {
	e.set(attrSeq, e.bind(":op", num(l.Op)))
	if l.Split > 0 {
		e.set(attrSplit, e.bind(":split", num(l.Split)))
	}
	e.release()
}

// abandoning makes all marks of a staged write void, for the owner of its lease.
func (l *lease) abandoning() expression {
	e := l.held()
	e.void(l.Op)
	e.release()
	return e
}

// held is the condition that the lease has not been broken.
func (l *lease) held() expression {
	e := expression{returnOld: true}
	e.require(e.leaseOwner() + " = " + e.bind(":by", str(l.Owner)))
	return e
}

// leaving takes one member out of a group without a staged write in progress and without a reader
// who needs a trace, in the transaction that deletes its edge. clock is the time now.
func leaving(now, clock time.Time) expression {
	e := onlyIf(itemExists)
	e.require(absent(attrLease))
	e.require("(" + absent(attrEpochUntil) + " OR " + attrEpochUntil + " < " + e.bind(":clock", num(clock.UnixMilli())) + ")")
	one := e.bind(":one", num(1))
	e.set(attrVersion, attrVersion+" + "+one)
	e.set(attrModified, e.bind(":now", num(now.UnixMilli())))
	e.set(attrCount, attrCount+" - "+one)
	return e
}

// adding puts an edge in a transaction, on condition that it is no membership yet.
func (s state) adding() expression {
	if s.Seq == 0 {
		return onlyIf(itemAbsent)
	}
	var e expression
	e.require(itemAbsent + " OR NOT (" + s.visibleIf(&e) + ")")
	return e
}

// removing deletes an edge in a transaction, on condition that it is a membership.
func (s state) removing() expression {
	e := onlyIf(itemExists)
	e.require(s.visibleIf(&e))
	return e
}

// visibleIf is visible as a condition on an edge.
func (s state) visibleIf(e *expression) string {
	if s.Seq == 0 {
		return absent(attrAdded) + " AND " + absent(attrRemoved)
	}
	seq := e.bind(":seq", num(s.Seq))
	void := make([]string, len(s.Void))
	for i, n := range s.Void {
		void[i] = e.bind(fmt.Sprintf(":void%d", i), num(n))
	}
	added, removed := attrAdded+" <= "+seq, attrRemoved+" > "+seq
	if len(void) > 0 {
		in := " IN (" + strings.Join(void, ", ") + ")"
		added = "(" + added + " AND NOT " + attrAdded + in + ")"
		removed += " OR " + attrRemoved + in
	}
	return "(" + absent(attrAdded) + " OR " + added + ") AND (" + absent(attrRemoved) + " OR " + removed + ")"
}

// edgeAsRead is the condition that an edge is as it was read; nil means that there was none. It
// is all that a write needs that puts or deletes a marked edge.
func edgeAsRead(was *edge) expression {
	if was == nil {
		return ifAbsent()
	}
	e := expression{returnOld: true}
	e.require(itemExists)
	for _, mark := range []struct {
		attr string
		op   int64
	}{{attrAdded, was.added}, {attrRemoved, was.removed}} {
		if mark.op == 0 {
			e.require(absent(mark.attr))
		} else {
			e.require(mark.attr + " = " + e.bind(":was"+mark.attr, num(mark.op)))
		}
	}
	return e
}

// marking marks an edge as removed by a staged write.
func marking(was *edge, op int64) expression {
	e := edgeAsRead(was)
	e.set(attrRemoved, e.bind(":op", num(op)))
	return e
}

// unmarking takes back the mark of a removal that is void.
func unmarking(was *edge) expression {
	e := edgeAsRead(was)
	e.removes = append(e.removes, attrRemoved)
	return e
}

// touch counts a change of members: version, time and number.
func (e *expression) touch(now time.Time, delta int) {
	e.set(attrVersion, attrVersion+" + "+e.bind(":one", num(1)))
	e.set(attrModified, e.bind(":now", num(now.UnixMilli())))
	e.set(attrCount, "if_not_exists("+attrCount+", "+e.bind(":zero", num(0))+") + "+e.bind(":delta", num(int64(delta))))
}

// void decides that a staged write has no effect, even if some of its marks arrive later.
func (e *expression) void(op int64) {
	e.set(attrSeq, e.bind(":op", num(op)))
	e.adds = append(e.adds, attrVoid+" "+e.bind(":ops", nums(op)))
}

func (e *expression) release() { e.removes = append(e.removes, attrLease) }

func (e *expression) leaseOwner() string { return attrLease + "." + e.alias(attrLeaseOwner) }

func absent(attr string) string { return "attribute_not_exists(" + attr + ")" }
