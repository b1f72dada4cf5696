package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// DeletionWait is how long after the beginning of a deletion the tenant may still be written: a
// process caches it for a minute, and a request that has begun ends within another.
const DeletionWait = 2 * time.Minute

// Deletion says how Delete works. The zero value waits for DeletionWait and deletes what this package
// keeps.
type Deletion struct {
	// Others are what other packages keep in the table. What is not listed here stays.
	Others []Kept
	// Wait is the time from the beginning of the deletion to its last look at the table; 0 is
	// DeletionWait. Less is right only if no process serves the tenant. A negative Wait is none.
	Wait time.Duration
	// Progress, unless nil, is called with what has been removed so far, also before each wait. Calls
	// do not overlap.
	Progress func(removed Tally, waiting time.Duration)
}

// ErrStillWritten is returned by Delete if items of the tenant keep appearing after the wait: some
// process accepts its tokens longer than it should. The tenant stays marked as deleted; Delete can be
// called again.
var ErrStillWritten = errors.New("the tenant is still being written; stop the processes that serve it, and repeat the deletion")

// maxPasses bounds the passes of one Delete after the wait.
const maxPasses = 10

// Delete removes a tenant with all of its items and returns how many of each kind. It returns
// tenant.ErrUnknown if there is no such tenant.
//
// First it marks the settings: from then on the tenant is unknown to Resolve, takes no settings and no
// tokens, and its name is not free. Processes with the tenant in their cache accept its tokens for up
// to one more minute, so Delete makes a pass over the items, waits, and makes others until one finds
// nothing. The settings are deleted last. After an interruption Delete can be called again, and
// continues: the wait is counted from the first call.
func (ts *Tenants) Delete(ctx context.Context, id scim.TenantID, o Deletion) (Tally, error) {
	if o.Wait == 0 {
		o.Wait = DeletionWait
	}
	settings, err := ts.markDeleted(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &deletion{s: ts.store, t: id, o: o, settings: settings, removed: Tally{}}
	if err := d.run(ctx); err != nil {
		return d.removed, err
	}
	var e expression // a repeated try deletes no tenant that was created since
	e.require("ck = " + e.bind(":ck", bin(bytesOf(settings, "ck"))))
	err = ignoreFailedCondition(ts.store.deleteItem(ctx, settingsKey(id), e))
	if err == nil {
		d.count(tallySettings, 1)
	}
	return d.removed, err
}

// markDeleted marks the settings of a tenant and returns them. A mark that exists keeps its time.
func (ts *Tenants) markDeleted(ctx context.Context, id scim.TenantID) (item, error) {
	e := onlyIf(itemExists)
	e.setOnce(attrDeleted, e.bind(":now", num(ts.store.o.Now().UnixMilli())))
	e.adds = append(e.adds, attrRevision+" "+e.bind(":one", num(1))) // builds of indexes end
	it, err := ts.store.updateItem(ctx, settingsKey(id), e, types.ReturnValueAllNew)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return nil, tenant.ErrUnknown
	}
	return it, err
}

// Inventory counts the items of a tenant that Delete would remove, as the indexes show them. Index
// items are not counted: resources have some each. It returns tenant.ErrUnknown if there is no such
// tenant; for one whose deletion was interrupted it counts the rest, and deleting is true.
func (ts *Tenants) Inventory(ctx context.Context, id scim.TenantID, others []Kept) (found Tally, deleting bool, err error) {
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return nil, false, err
	}
	if it == nil {
		return nil, false, tenant.ErrUnknown
	}
	d := &deletion{s: ts.store, t: id, o: Deletion{Others: others}, settings: it, removed: Tally{}}
	err = d.inventory(ctx)
	return d.removed, it[attrDeleted] != nil, err
}

// run makes passes until one finds nothing after the wait.
func (d *deletion) run(ctx context.Context) error {
	if err := d.pass(ctx, true); err != nil {
		return err
	}
	until := time.UnixMilli(numberOf(d.settings, attrDeleted)).Add(d.o.Wait)
	if err := d.wait(ctx, min(until.Sub(d.s.o.Now()), d.o.Wait)); err != nil { // the clock that said it may have been ahead
		return err
	}
	for range maxPasses {
		before := d.removed.Total()
		if err := d.pass(ctx, false); err != nil {
			return err
		}
		if d.removed.Total() == before {
			return nil
		}
		if err := d.wait(ctx, min(d.o.Wait, 5*time.Second)); err != nil {
			return err
		}
	}
	return ErrStillWritten
}

// wait reports the progress, and returns after a time or when ctx ends.
func (d *deletion) wait(ctx context.Context, left time.Duration) error {
	if left <= 0 {
		return ctx.Err()
	}
	d.report(left)
	return async.Sleep(ctx, left)
}
