package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// ReindexOptions say how Reindex works.
type ReindexOptions struct {
	// All verifies complete indexes too, and repairs them.
	All bool
	// Budget bounds the time of the call; zero sets no bound. What is done by then is kept.
	Budget time.Duration
	// Progress, unless nil, is called from time to time.
	Progress func(Reindexed)
	// owner names the caller in the table; a random one by default.
	owner string
	// pending continues a build that others began, and begins none.
	pending bool
}

// Reindexed is what a build of a tenant's indexes has done.
type Reindexed struct {
	Type          string // at present, "" at the end
	Read, Written int    // resources, since the build began
	Waiting       time.Duration
	Duplicates    []Duplicate // resources that cannot hold a unique key
	Group         string      // whose edges are moved at present, "" at the end
	Moved         int         // groups whose edges are in shards now, see Reindex
	Done          bool        // every resource has been read, and no group is left to move
}

// Duplicate is a resource that has the same value as another one under a unique index. Both are found
// by their value, and stay as they are, until one of them changes or is removed.
type Duplicate struct {
	Type, Attr string
	ID, Holder string // the resource, and the one that holds the key
	Value      string // in its comparison form; personal data
}

const (
	// defaultSettle is how long requests may still use what was configured before: settings are
	// cached for a minute, and a request takes less than 30 seconds.
	defaultSettle = 90 * time.Second
	// saveEvery is how often a build writes down how far it is.
	saveEvery = 5 * time.Second
	// buildLease is how long a build that does not write down how far it is counts as alive.
	buildLease = 30 * time.Second
)

// Reindex builds the indexes of a tenant that are not complete. It reads every resource of their types
// and writes those that lack a key: the resource's version grows, lastModified does not change. It is safe beside traffic and beside other
// calls of Reindex. After an interruption, the next call continues where the last one wrote down how
// far it was. With Duplicates their indexes stay incomplete, so that look-ups find all of them; resolve
// them and call Reindex again. After that, it moves the edges of large groups from before there were shards
// (decision 28), in parts: versions and times of these groups do not change. It returns tenant.ErrUnknown if there is no such tenant.
func (ts *Tenants) Reindex(ctx context.Context, id scim.TenantID, o ReindexOptions) (Reindexed, error) {
	b := &builder{ts: ts, id: id, o: o, owner: o.owner, fresh: true}
	if b.owner == "" {
		b.owner = newOwner()
	}
	if o.Budget > 0 {
		b.end = time.Now().Add(o.Budget)
	}
	for {
		done, err := b.step(ctx)
		switch {
		case err != nil:
			b.interrupted(ctx)
		case b.out.Done && !o.pending:
			err = b.spread(ctx)
		}
		if done || err != nil {
			return b.out, err
		}
	}
}

// builder is one call of Reindex.
type builder struct {
	ts    *Tenants
	id    scim.TenantID
	o     ReindexOptions
	owner string
	end   time.Time // zero: no bound
	fresh bool      // nothing has been built yet
	out   Reindexed

	claimed bool        // other calls may be waiting for this one
	far     *indexBuild // how far it is; nil before it has begun to read

	state  settingsState
	tenant *scim.Tenant
	wanted []scim.Index
}

// settingsState is the settings item as far as builds are concerned.
type settingsState struct {
	settings tenant.Settings
	doc      indexDocument
	revision int64
	numbered bool            // the item has a revision
	ever     map[string]bool // names of the resource types of these settings and of earlier ones
}

// unchanged is the condition that the item is as it was read. A deletion changes the revision too.
func (s *settingsState) unchanged() expression {
	e := onlyIf(itemExists)
	if s.numbered {
		e.require(attrRevision + " = " + e.bind(":rev", num(s.revision)))
	} else {
		e.require(absent(attrRevision))
	}
	return e
}

// readState reads the settings of a tenant and the states of its indexes.
func (ts *Tenants) readState(ctx context.Context, id scim.TenantID) (settingsState, error) {
	var s settingsState
	if err := ts.version.check(ctx, ts.store); err != nil {
		return s, err
	}
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return s, err
	}
	if it == nil || it[attrDeleted] != nil {
		return s, tenant.ErrUnknown
	}
	s.ever = everUsed(id, it)
	if s.settings, err = settingsOf(id, it); err != nil {
		return s, err
	}
	_, s.numbered = it[attrRevision]
	s.revision = numberOf(it, attrRevision)
	var ok bool
	if s.doc, ok, err = readIndexes(id, it); err != nil || ok {
		return s, err
	}
	wanted, err := wantedIndexes(s.settings)
	s.doc = completeIndexes(wanted)
	return s, err
}

// saveState writes the states on condition that the item is as it was read; lost reports that it is not.
func (b *builder) saveState(ctx context.Context) (lost bool, err error) {
	doc, err := json.Marshal(b.state.doc)
	if err != nil {
		return false, err
	}
	e := b.state.unchanged()
	e.set(attrIndexes, e.bind(":ix", bin(doc)))
	e.set(attrRevision, e.bind(":next", num(b.state.revision+1)))
	e.set(attrNeeds, e.bind(":need", num(needs)))
	_, err = b.ts.store.updateItem(ctx, settingsKey(b.id), e, types.ReturnValueNone)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return true, nil
	}
	if err == nil {
		b.state.revision, b.state.numbered = b.state.revision+1, true
	}
	return false, err
}

// step continues the build until it ends, its time is over, or another process changes the settings;
// then done is false, and the next step begins with them.
func (b *builder) step(ctx context.Context) (done bool, err error) {
	if b.state, err = b.ts.readState(ctx, b.id); err != nil {
		return false, err
	}
	s := b.state.settings
	if b.tenant, err = s.Tenant(); err != nil {
		return false, err
	}
	if b.wanted, err = wantedIndexes(s); err != nil {
		return false, err
	}
	if !b.plan() {
		_, err := b.saveIfNew(ctx)
		b.out.Done = true
		return true, err
	}
	if wait := b.held(); wait > 0 {
		return b.wait(ctx, wait)
	}
	b.claim()
	if lost, err := b.saveState(ctx); lost || err != nil {
		return false, err
	}
	b.fresh = false
	return b.build(ctx)
}

// plan decides what is to be built, and reports whether anything is.
func (b *builder) plan() bool {
	d := &b.state.doc
	now := b.ts.store.o.Now().UnixMilli()
	if b.o.pending {
		return d.Build != nil && !d.Build.Stopped
	}
	more := d.ask(b.wanted)
	switch {
	case more: // asked for by this build of the code, or by settings of one without states
		d.begin(b.wanted, now, b.o.All)
	case b.fresh && b.o.All && (d.Build == nil || !d.Build.All):
		var since int64
		if d.Build != nil {
			since = d.Build.Since
		}
		d.begin(b.wanted, since, true)
	case b.fresh && d.Build != nil && len(d.Build.Duplicates) > 0: // they are found, and shown, again
		d.begin(b.wanted, d.Build.Since, d.Build.All)
	}
	return d.Build != nil && !d.Build.Stopped
}

// saveIfNew gives a tenant without states the ones that it has been taken to have.
func (b *builder) saveIfNew(ctx context.Context) (lost bool, err error) {
	if b.state.numbered || b.o.pending {
		return false, nil
	}
	return b.saveState(ctx)
}

// held is how long the build has to wait: for another builder, or until no request uses the settings
// of before.
func (b *builder) held() time.Duration {
	d := b.state.doc.Build
	if until := time.UnixMilli(d.Until); d.Owner != "" && d.Owner != b.owner && b.ts.store.alive(until, buildLease) {
		return min(until.Sub(b.ts.store.o.Now()), time.Second)
	}
	return 0
}

// wait waits, at most until the time of the call is over.
func (b *builder) wait(ctx context.Context, d time.Duration) (end bool, err error) {
	if b.o.Progress != nil {
		b.o.Progress(b.out)
	}
	if !b.end.IsZero() {
		if left := time.Until(b.end); left < d {
			d, end = max(left, 0), true
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true, ctx.Err()
	case <-timer.C:
		return end, nil
	}
}

// claim takes the build for a while.
func (b *builder) claim() {
	d := b.state.doc.Build
	b.claimed = true
	d.Owner, d.Until = b.owner, b.ts.store.o.Now().Add(buildLease).UnixMilli()
}
