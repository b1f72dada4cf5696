package dynamo

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	attrNeeded   = "nd" // waiting removal: the groups, as version#type#id; version 0 is the removal of the group
	attrDeadline = "dl" // waiting removal: when it has its entry even so
	// waitsFor bounds the wait, should a record of a group never arrive: the stream keeps records for 24 hours.
	waitsFor = 25 * time.Hour
)

// loss is that a group has told that it lost a member because that was removed.
type loss struct{ group, member scim.Ref }

// waiting is a removal that has no entry yet.
type waiting struct {
	entryStep
	needed   map[scim.Ref]int64 // the versions that groups must have told; 0 is their removal
	parts    string             // the name of the parts with the members of a removed group, unless ""
	deadline time.Time
	stored   bool
}

// configured reports whether the tenant has settings and is not being deleted.
func (q *sequencer) configured(ctx context.Context) (bool, error) {
	it, err := q.s.getItem(ctx, settingsKey(q.t), true)
	return it != nil && it[attrDeleted] == nil, err
}

// planRemoval prepares the entry of a removal. One without a tombstone is late, or of a deleted tenant.
func (q *sequencer) planRemoval(ctx context.Context, ref scim.Ref, r StreamRecord) error {
	at := q.at[ref]
	if at.gone || at.again && paddedSequence(r.Sequence) <= at.sequence || slices.ContainsFunc(q.waits, func(w waiting) bool { return w.ref == ref }) {
		return nil
	}
	was, err := resourceOf(ref.Type, r.Old)
	if err != nil {
		return err
	}
	if was.Version < at.version && !at.again {
		return nil // an older removal of the same id, repeated
	}
	tomb, err := q.s.getItem(ctx, tombstoneKey(q.t, ref.Type, ref.ID), true)
	if err != nil {
		return err
	}
	if tomb == nil {
		if configured, err := q.configured(ctx); err != nil || !configured {
			return err
		}
		tomb = item{attrTime: num(q.s.o.Now().UnixMilli())}
	}
	var f fact
	if b := bytesOf(tomb, attrFact); b != nil { // an older build writes none
		if f, err = unpackFact(b); err != nil {
			return err
		}
	}
	if err := q.nameNow(ctx, q.unnamed(was, f.left, !f.named)); err != nil {
		return err
	}
	e := scim.Entry{Time: unixMilli(numberOf(tomb, attrTime)), Type: ref.Type, ID: ref.ID, Own: true, Before: was, Actor: f.actor, Left: f.left}
	slices.SortFunc(e.Left, byMemberID)
	e = e.Shown()
	w := waiting{entryStep: entryStep{ref: ref, entry: &e, at: at.removed(r)}, parts: f.parts, deadline: q.s.o.Now().Add(waitsFor)}
	w.needed, err = q.losing(ctx, stringsOf(tomb, attrLosers))
	q.waits = append(q.waits, w)
	return err
}

// losing are the versions of groups that the entry of a removal has to follow: the present ones, in which
// the member has left.
func (q *sequencer) losing(ctx context.Context, losers []string) (map[scim.Ref]int64, error) {
	needed := map[scim.Ref]int64{}
	keys := make([]key, len(losers))
	for i, l := range losers {
		ref := refOf(l)
		needed[ref], keys[i] = 0, resourceKey(q.t, ref.Type, ref.ID)
	}
	items, err := q.s.batchGet(ctx, keys)
	for _, it := range items {
		typ, _, _ := strings.Cut(strings.TrimPrefix(stringOf(it, attrPK), pk(q.t, "E#")), "#")
		needed[scim.Ref{Type: typ, ID: stringOf(it, attrSK)}] = numberOf(it, attrVersion)
	}
	return needed, err
}

// settle gives entries to removals that have nothing to wait for any more, and keeps the others.
func (q *sequencer) settle(ctx context.Context) error {
	var refs []scim.Ref
	for _, w := range q.waits {
		for ref := range w.needed {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, byRef)
	if err := q.positions(ctx, slices.Compact(refs)); err != nil {
		return err
	}
	if err := q.release(ctx); err != nil {
		return err
	}
	for _, w := range q.waits {
		if w.stored {
			continue
		}
		it, err := w.item(q.t)
		if err != nil {
			return err
		}
		q.steps = append(q.steps, entryStep{ref: w.ref, at: q.at[w.ref], wait: it})
	}
	return nil
}

// release gives entries to the removals that have nothing to wait for, as far as is known. One of them may be
// what another waits for.
func (q *sequencer) release(ctx context.Context) error {
	for {
		next := slices.IndexFunc(q.waits, q.told)
		if next < 0 {
			return nil
		}
		w := q.waits[next]
		q.waits = slices.Delete(q.waits, next, next+1)
		if w.parts != "" {
			var err error
			if _, w.entry.Left, err = q.s.parts(ctx, q.t, w.ref.ID, w.parts); err != nil {
				return err
			}
			slices.SortFunc(w.entry.Left, byMemberID)
		}
		w.over = w.stored
		q.steps, q.at[w.ref] = append(q.steps, w.entryStep), w.at
	}
}

// told reports whether all groups have told that they lost the removed resource.
func (q *sequencer) told(w waiting) bool {
	if q.s.o.Now().After(w.deadline) {
		return true
	}
	for ref, version := range w.needed {
		if at := q.at[ref]; !at.gone && !q.lost[loss{ref, w.ref}] && (version == 0 || at.version < version) {
			return false
		}
	}
	return true
}

// item keeps a removal that waits.
func (w *waiting) item(t scim.TenantID) (item, error) {
	packed, err := packEntry(w.entry)
	it := waitKey(t, w.ref).item()
	var needed packer
	needed.int(int64(len(w.needed)))
	for ref, version := range w.needed {
		needed.int(version)
		needed.str(ref.Type)
		needed.id(ref.ID)
	}
	it[attrEntry], it[attrNeeded], it[attrDeadline] = bin(packed), bin(needed), num(w.deadline.UnixMilli())
	it[attrAt], it[attrAtSeq], it[attrFact] = num(w.at.version), str(w.at.sequence), str(w.parts)
	return it, err
}

// stored reads the removals that wait.
func (q *sequencer) stored(ctx context.Context) error {
	if q.head.waiting == 0 {
		return nil
	}
	in := &dynamodb.QueryInput{TableName: &q.s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p AND begins_with(SK, :k)"),
		ExpressionAttributeValues: item{":p": str(feedPK(q.t, feedHead)), ":k": str("~wait#")}}
	var unread error
	err := q.s.query(ctx, in, func(it item) {
		w, err := waitingOf(it)
		if err != nil {
			unread = err
		}
		q.waits = append(q.waits, w)
	})
	if err == nil {
		err = unread
	}
	return err
}

func waitingOf(it item) (w waiting, err error) {
	e, err := unpackEntry(bytesOf(it, attrEntry))
	if err != nil {
		return w, err
	}
	w.ref, w.entry, w.stored = scim.Ref{Type: e.Type, ID: e.ID}, &e, true
	w.parts = stringOf(it, attrFact)
	w.deadline = unixMilli(numberOf(it, attrDeadline))
	w.at = position{version: numberOf(it, attrAt), sequence: stringOf(it, attrAtSeq), gone: true}
	u := unpacker{b: bytesOf(it, attrNeeded)}
	w.needed = map[scim.Ref]int64{}
	for n := u.int(); n > 0 && u.err == nil; n-- {
		version := u.int()
		w.needed[scim.Ref{Type: u.str(), ID: u.id()}] = version
	}
	return w, u.err
}
