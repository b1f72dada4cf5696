package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// The consumer of the stream writes the feed (decision 30). A record of a resource has both images and the
// fact of the write, which is all that an entry needs but the names of some members. So each record is
// sequenced by itself, and the order of the stream matters for each item alone: that is what the stream
// promises, whatever batches are concurrent.
//
// One transaction writes some entries with the next numbers, the positions of their resources, and the head
// of the tenant's feed on condition that no other process has changed it. A crash leaves all or nothing; a
// record that is delivered again is at or before the position of its resource.
//
// A removal has its entry only after the groups of the resource have told that they lost it. If a batch has
// not all of their records, the entry waits in an item until another batch brings the last of them.

const (
	attrHeadVersion = "hv" // head: grows with each transaction
	attrWaiting     = "wn" // head: how many removals wait
	// positionLife is how long a position is kept: the dead-letter queue has records for 14 days.
	positionLife = 16 * 24 * time.Hour
	// maxSteps and maxStepBytes bound a transaction: DynamoDB takes 100 actions and 4 MB.
	maxSteps     = 90
	maxStepBytes = 3 << 20
)

// sequence writes the entries of records.
func (c *Consumer) sequence(ctx context.Context, records []StreamRecord) error {
	if !c.store.keepsFeed() {
		return nil
	}
	byTenant, order := map[scim.TenantID]*sequencer{}, []*sequencer{}
	of := func(t scim.TenantID) *sequencer {
		if byTenant[t] == nil {
			byTenant[t] = &sequencer{s: c.store, t: t, edges: map[string]edge{}}
			order = append(order, byTenant[t])
		}
		return byTenant[t]
	}
	for _, r := range records {
		p, ok := partitionOf(r)
		switch {
		case !ok:
		case p.resourceType() != "":
			of(p.tenant).records = append(of(p.tenant).records, r)
		case p.kind == "M":
			of(p.tenant).see(p, r)
		}
	}
	for _, q := range order {
		if err := q.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sequencer sequences the records of one tenant.
type sequencer struct {
	s       *Store
	t       scim.TenantID
	records []StreamRecord
	edges   map[string]edge // of records of the batch, by group and member: their types and names

	head   head
	at     map[scim.Ref]position
	lost   map[loss]bool       // of entries of this batch
	groups map[string][]string // by member, once they were read
	steps  []entryStep
	waits  []waiting
}

// head is the head of a tenant's feed.
type head struct {
	exists                 bool
	last, version, waiting int64
	base                   int64 // see attrFeedBase
}

func (q *sequencer) see(p partition, r StreamRecord) {
	image := r.New
	if r.Kind == "REMOVE" {
		image = r.Old
	}
	group := groupOfEdges(p.rest)
	if image != nil && group != "" {
		q.edges[group+"\x00"+p.sk] = edgeOf(image)
	}
}

// entryStep is one thing that a transaction does as a whole.
type entryStep struct {
	ref   scim.Ref
	entry *scim.Entry // nil if the version has none
	at    position
	wait  item // a removal that waits
	over  bool // the removal no longer waits
}

func (q *sequencer) run(ctx context.Context) error {
	if len(q.records) == 0 {
		return nil
	}
	for try := range maxTallyTries {
		err := q.once(ctx)
		var failed *conditionFailed
		var busy *scim.BusyError
		if !errors.As(err, &failed) && !errors.As(err, &busy) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: other processes are writing the feed")}
}

// once sequences the records if no other process writes the feed at the same time.
func (q *sequencer) once(ctx context.Context) error {
	it, err := q.s.getItem(ctx, feedHeadKey(q.t), true)
	if err != nil {
		return err
	}
	q.head = head{it != nil, numberOf(it, attrNumber), numberOf(it, attrHeadVersion), numberOf(it, attrWaiting), numberOf(it, attrFeedBase)}
	if alive, err := q.alive(ctx); err != nil || !alive {
		return err
	}
	q.steps, q.waits, q.groups, q.lost = nil, nil, nil, map[loss]bool{}
	refs := make([]scim.Ref, len(q.records))
	for i, r := range q.records {
		p, _ := partitionOf(r)
		refs[i] = scim.Ref{Type: p.resourceType(), ID: p.sk}
	}
	q.at = map[scim.Ref]position{}
	if err := q.positions(ctx, refs); err != nil {
		return err
	}
	if err := q.stored(ctx); err != nil {
		return err
	}
	for i, r := range q.records {
		if err := q.plan(ctx, refs[i], r); err != nil {
			return err
		}
		if err := q.release(ctx); err != nil { // at once, for the order of the commits
			return err
		}
	}
	if err := q.settle(ctx); err != nil {
		return err
	}
	return q.write(ctx)
}

// alive reports whether the tenant exists: late records of one that was deleted make no feed. A store may
// be used without Tenants; such a tenant has resources.
func (q *sequencer) alive(ctx context.Context) (bool, error) {
	if q.head.exists {
		return true, nil
	}
	it, err := q.s.getItem(ctx, settingsKey(q.t), true)
	if err != nil || it != nil {
		return err == nil && it[attrDeleted] == nil, err
	}
	var keys []key
	for _, r := range q.records {
		p, _ := partitionOf(r)
		keys = append(keys, keyOf(r.Keys), tombstoneKey(q.t, p.resourceType(), p.sk))
	}
	items, err := q.s.batchGet(ctx, keys)
	return len(items) > 0, err
}

// plan makes the step of a record, unless it has been sequenced.
func (q *sequencer) plan(ctx context.Context, ref scim.Ref, r StreamRecord) error {
	at := q.at[ref]
	if r.Kind == "REMOVE" {
		return q.planRemoval(ctx, ref, r)
	}
	now, err := resourceOf(ref.Type, r.New)
	if err != nil {
		return err
	}
	if !at.before(now.Version, r) {
		return nil
	}
	st := entryStep{ref: ref, at: at.next(now.Version, r)}
	if st.entry, err = q.entry(ctx, r, now); err != nil {
		return err
	}
	if st.entry != nil && st.entry.Cause.ID != "" {
		q.lost[loss{ref, st.entry.Cause}] = true
	}
	q.steps, q.at[ref] = append(q.steps, st), st.at
	return nil
}

// entry is the entry of a resource that was written, or nil if the write says nothing.
func (q *sequencer) entry(ctx context.Context, r StreamRecord, now *scim.Resource) (*scim.Entry, error) {
	f, says, err := factIn(r.Old, r.New)
	if err != nil {
		return nil, err
	}
	var was *scim.Resource
	if r.Kind == "MODIFY" {
		if was, err = resourceOf(now.Type, r.Old); err != nil {
			return nil, err
		}
	}
	if !says && was != nil && string(was.Document) == string(now.Document) {
		return nil, nil // keys that a build of indexes has written, or a write of an older build to members
	}
	e := &scim.Entry{Time: now.LastModified, Type: now.Type, ID: now.ID, Own: f.own || was == nil || !says, After: now, Actor: f.actor, Cause: f.cause}
	if e.Joined, e.Left, err = q.moved(ctx, now, f); err != nil {
		return nil, err
	}
	if !e.Own && len(e.Joined)+len(e.Left) == 0 {
		return nil, nil
	}
	if e.Own && was != nil {
		e.Before = was
		if e.Groups, err = q.groupsOf(ctx, now.ID); err != nil {
			return nil, err
		}
	}
	shown := e.Shown()
	return &shown, nil
}

// groupsOf are the groups of a resource. The first call reads those of all resources of the batch.
func (q *sequencer) groupsOf(ctx context.Context, id string) ([]string, error) {
	if q.groups == nil {
		var ids []string
		for _, r := range q.records {
			if f, says, err := factIn(r.Old, r.New); r.Kind == "MODIFY" && err == nil && (f.own || !says) {
				ids = append(ids, stringOf(r.Keys, attrSK))
			}
		}
		slices.Sort(ids)
		of, err := q.s.memberOfAll(ctx, q.t, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		q.groups = of
	}
	return q.groups[id], nil
}

// write writes the steps, as many in a transaction as it takes.
func (q *sequencer) write(ctx context.Context) error {
	b := batch{q: q}
	for _, st := range q.steps {
		if err := b.add(ctx, st); err != nil {
			return err
		}
	}
	return b.flush(ctx)
}

// batch is one transaction of the sequencer.
type batch struct {
	q       *sequencer
	puts    []item
	deletes []key
	at      map[scim.Ref]position
	bytes   int
	last    int64
	waits   int64
}

func (b *batch) size() int { return len(b.puts) + len(b.deletes) + len(b.at) }

// add adds a step. One with very many entries takes several transactions: the position says how many of
// them are written.
func (b *batch) add(ctx context.Context, st entryStep) error {
	if st.wait != nil {
		b.puts, b.waits = append(b.puts, st.wait), b.waits+1
	}
	if st.over {
		b.deletes, b.waits = append(b.deletes, waitKey(b.q.t, st.ref)), b.waits-1
	}
	if st.entry != nil {
		list := scim.AppendEntries(nil, 0, *st.entry)
		for i := st.at.parts; i < len(list); i++ {
			e := list[i]
			facts := e.Last - e.First
			e.First = b.q.head.last + b.last + 1
			e.Last = e.First + facts
			items, err := b.q.s.entryItems(b.q.t, &e)
			if err != nil {
				return err
			}
			b.last = e.Last - b.q.head.last
			for _, it := range items {
				b.bytes += len(bytesOf(it, attrEntry)) + 200
				b.puts = append(b.puts, it)
			}
			if i+1 < len(list) && (b.size() >= maxSteps || b.bytes > maxStepBytes/2) {
				b.place(st.ref, st.at.within(i+1))
				if err := b.flush(ctx); err != nil {
					return err
				}
			}
		}
	}
	b.place(st.ref, st.at.whole())
	if b.size() >= maxSteps/2 || b.bytes > maxStepBytes/2 {
		return b.flush(ctx)
	}
	return nil
}

func (b *batch) place(ref scim.Ref, at position) {
	if b.at == nil {
		b.at = map[scim.Ref]position{}
	}
	b.at[ref] = at
}

// flush carries the transaction out, on condition that the head is as it was read.
func (b *batch) flush(ctx context.Context) error {
	q := b.q
	if b.size() == 0 {
		return nil
	}
	var e expression
	e.returnOld = true
	if q.head.version == 0 {
		e.require(absent(attrHeadVersion))
	} else {
		e.require(attrHeadVersion + " = " + e.bind(":was", num(q.head.version)))
	}
	next := head{true, q.head.last + b.last, q.head.version + 1, q.head.waiting + b.waits, q.head.base}
	it := feedHeadKey(q.t).item()
	it[attrNumber], it[attrHeadVersion], it[attrWaiting] = num(next.last), num(next.version), num(next.waiting)
	if next.base > 0 {
		it[attrFeedBase] = num(next.base)
	}
	actions := []types.TransactWriteItem{q.s.putAction(it, e)}
	for _, it := range b.puts {
		actions = append(actions, q.s.putAction(it, expression{}))
	}
	for _, k := range b.deletes {
		actions = append(actions, q.s.deleteAction(k, expression{}))
	}
	for _, ref := range slices.SortedFunc(maps.Keys(b.at), byRef) {
		actions = append(actions, q.s.putAction(b.at[ref].item(q.s, q.t, ref), expression{}))
	}
	if err := q.s.transact(ctx, actions); err != nil {
		return err
	}
	q.head = next
	*b = batch{q: q}
	return nil
}
