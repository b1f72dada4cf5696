package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// deletion is one Delete in progress.
type deletion struct {
	s        *Store
	t        scim.TenantID
	o        Deletion
	settings item // of the tenant

	mu      sync.Mutex
	removed Tally
	copies  map[string]bool // partitions of copies that this pass has cleared
}

func (d *deletion) count(name string, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n > 0 {
		d.removed[name] += n
	}
}

func (d *deletion) report(waiting time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.o.Progress != nil {
		d.o.Progress(maps.Clone(d.removed), waiting)
	}
}

// pass deletes what there is: what points at an item before the item, so that an interruption leaves
// nothing that the next pass cannot find. An item of another package that names copies stays until
// the tenant is no longer written: its copies may still be on their way.
func (d *deletion) pass(ctx context.Context, written bool) error {
	d.copies = map[string]bool{}
	names, err := d.types(ctx)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return d.remember(ctx, names) },
		func() error { return d.clear(ctx, tallyCredentials, tokenPK(d.t), nil) },
		func() error { return d.clear(ctx, tallyOnce, pk(d.t, "J"), nil) },
		func() error { return d.clearTypes(ctx, names) },
		func() error { return d.clear(ctx, tallyIntents, pk(d.t, "S"), d.edgesOf) },
		func() error { return d.clear(ctx, tallyTombstones, pk(d.t, "D"), d.copiesOfTombstone) },
		func() error { return d.clearReverse(ctx) },
		func() error { return d.clear(ctx, tallyBookmarks, pk(d.t, "P"), nil) },
		func() error { return d.clear(ctx, tallyCounters, pk(d.t, "N"), nil) },
		func() error { return d.clearFeed(ctx) },
		func() error { return d.clearOthers(ctx, written) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// types returns the names of all resource types that the tenant may have resources of: those that its
// settings name or have ever named, and those of its counters, tombstones and bookmarks, because
// settings that an older version wrote forget the types that they no longer name.
func (d *deletion) types(ctx context.Context) ([]string, error) {
	names := everUsed(d.t, d.settings)
	for _, kind := range []string{"N", "D", "P"} {
		err := d.s.query(ctx, keysIn(d.s.table, pk(d.t, kind)), func(it item) {
			typ, _, _ := strings.Cut(stringOf(it, attrSK), "#")
			if typ != "" && !strings.HasPrefix(typ, "~") { // a mark
				names[typ] = true
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// remember records the types in the settings, before the pass deletes the items that show them.
func (d *deletion) remember(ctx context.Context, names []string) error {
	if len(names) == len(everUsed(d.t, d.settings)) {
		return nil
	}
	e := onlyIf(itemExists)
	e.adds = append(e.adds, attrTypes+" "+e.bind(":types", strs(names)))
	it, err := d.s.updateItem(ctx, settingsKey(d.t), e, types.ReturnValueAllNew)
	if err == nil {
		d.settings = it
	}
	return err
}

func (d *deletion) clearTypes(ctx context.Context, names []string) error {
	attrs := indexAttributes(d.t, d.settings)
	for _, typ := range names {
		before := func(ctx context.Context, it item) error { return d.belongings(ctx, typ, it) }
		if err := d.clearWhole(ctx, typ, resourcePK(d.t, typ), before); err != nil {
			return err
		}
		err := async.Each(ctx, d.s.o.Parallel, attrs, func(ctx context.Context, attr string) error { // of writes that were interrupted
			return d.clear(ctx, tallyIndex, indexPK(d.t, typ, attr), nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// belongings deletes what belongs to a resource: its edges, index items and copies.
func (d *deletion) belongings(ctx context.Context, typ string, it item) error {
	r, err := resourceOf(typ, it)
	if err != nil { // written by a newer version; the attributes of its type show its index items
		r = &scim.Resource{ID: stringOf(it, attrSK)}
	}
	if err != nil || stateOf(r).HadMembers {
		if err := d.edgesOf(ctx, it); err != nil {
			return err
		}
	}
	for _, k := range r.Keys {
		if err := d.s.deleteItem(ctx, indexKey(d.t, typ, k, r.ID), expression{}); err != nil {
			return err
		}
	}
	d.count(tallyIndex, len(r.Keys))
	return d.copiesOf(ctx, r.ID)
}

// edgesOf deletes the edges of the group that an item names by its sort key.
func (d *deletion) edgesOf(ctx context.Context, it item) error {
	return async.Each(ctx, d.s.o.Parallel, edgePartitions(d.t, stringOf(it, attrSK)), func(ctx context.Context, p string) error {
		return d.clear(ctx, tallyMemberships, p, nil)
	})
}

// clearReverse deletes the edges that the index shows: also those of groups that do not exist.
func (d *deletion) clearReverse(ctx context.Context) error {
	for _, p := range reversePartitions(d.t) {
		if err := d.clearQuery(ctx, tallyMemberships, d.s.reverseKeys(p), nil); err != nil {
			return err
		}
	}
	return nil
}

func (d *deletion) clearOthers(ctx context.Context, written bool) error {
	for _, k := range d.o.Others {
		if k.Clear != nil {
			n, err := k.Clear(ctx, d.t, written)
			d.count(k.Name, n)
			if err != nil {
				return err
			}
			continue
		}
		if written && k.Copies != nil {
			continue
		}
		if err := d.clearWhole(ctx, k.Name, pk(d.t, k.Kind), d.copiesNamed(k)); err != nil {
			return err
		}
	}
	return nil
}

// copiesNamed deletes the copies that an item names.
func (d *deletion) copiesNamed(k Kept) work {
	if k.Copies == nil {
		return nil
	}
	return func(ctx context.Context, it item) error {
		for _, id := range k.Copies(it) {
			if err := d.copiesIn(ctx, k, id); err != nil {
				return err
			}
		}
		return nil
	}
}

func (d *deletion) copiesOfTombstone(ctx context.Context, it item) error {
	_, id, _ := strings.Cut(stringOf(it, attrSK), "#")
	return d.copiesOf(ctx, id)
}

// copiesOf deletes what other packages keep for a resource.
func (d *deletion) copiesOf(ctx context.Context, id string) error {
	for _, k := range d.o.Others {
		if k.Copies == nil {
			continue
		}
		if err := d.copiesIn(ctx, k, id); err != nil {
			return err
		}
	}
	return nil
}

func (d *deletion) copiesIn(ctx context.Context, k Kept, id string) error {
	p := pk(d.t, k.Kind+"#"+id)
	d.mu.Lock()
	done := d.copies[p]
	d.copies[p] = true
	d.mu.Unlock()
	if done || id == "" {
		return nil
	}
	return d.clear(ctx, k.Name, p, nil)
}

// clearFeed deletes the feed. Its head is the last: without it, late records of the stream are of no tenant.
func (d *deletion) clearFeed(ctx context.Context) error {
	for _, part := range feedPartitions() {
		if part == feedHead {
			if err := d.s.keepNumber(ctx, d.t); err != nil {
				return err
			}
		}
		if err := d.clear(ctx, tallyFeed, feedPK(d.t, part), nil); err != nil {
			return err
		}
	}
	return nil
}
