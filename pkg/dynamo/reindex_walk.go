package dynamo

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	buildPage     = 100 // resources that a build reads at once
	buildParallel = 8   // resources that it writes at the same time
)

// build reads the types of the build page by page.
func (b *builder) build(ctx context.Context) (done bool, err error) {
	if end, err := b.settle(ctx); end || err != nil {
		return end, err
	}
	d, saved := b.state.doc.Build, time.Now()
	b.far = d
	for len(d.Types) > 0 {
		if !b.end.IsZero() && time.Now().After(b.end) {
			return b.leave(ctx)
		}
		if time.Since(saved) > saveEvery {
			b.claim()
			if lost, err := b.saveState(ctx); lost || err != nil {
				return false, err
			}
			saved = time.Now()
		}
		if err := b.page(ctx, d); err != nil {
			return false, err
		}
	}
	b.state.doc.finish(b.wanted)
	lost, err := b.saveState(ctx)
	b.out.Type, b.out.Done = "", !lost && err == nil
	return b.out.Done, err
}

// settle waits until no request uses settings from before the build, whose writes would lack the keys.
func (b *builder) settle(ctx context.Context) (end bool, err error) {
	d := b.state.doc.Build
	over := time.UnixMilli(d.Since).Add(b.ts.store.o.Settle)
	for d.Since > 0 {
		b.out.Waiting = over.Sub(b.ts.store.o.Now())
		if b.out.Waiting <= 0 {
			break
		}
		end, err := b.wait(ctx, min(b.out.Waiting, saveEvery))
		if err != nil {
			return true, err
		}
		if end {
			return b.leave(ctx)
		}
		b.claim()
		if lost, err := b.saveState(ctx); lost || err != nil {
			return false, err
		}
	}
	b.out.Waiting = 0
	return false, nil
}

// leave ends the call before the build has ended: others may continue it at once.
func (b *builder) leave(ctx context.Context) (done bool, err error) { return true, b.release(ctx) }

// interrupted writes down how far the build is after an error, also if the request has ended.
func (b *builder) interrupted(ctx context.Context) {
	if !b.claimed {
		return
	}
	ctx, cancel := afterwards(ctx)
	defer cancel()
	_ = b.release(ctx) // if it fails, others wait for buildLease, and some resources are read once more
}

// release ends the claim. The item may not be as it was read: a write that was cut off may have been carried out, and
// others change settings.
func (b *builder) release(ctx context.Context) error {
	for try := range 3 {
		d := b.state.doc.Build
		switch {
		case d != nil && d.Owner == b.owner:
			if b.far != nil && d.Asked == b.far.Asked && d.Since == b.far.Since {
				d = b.far // what was read holds less, or the same
			}
			b.state.doc.Build, d.Until = d, 0
			if lost, err := b.saveState(ctx); err != nil || !lost {
				return err
			}
		case try > 0: // it has ended, or is another one
			return nil
		}
		var err error
		if b.state, err = b.ts.readState(ctx, b.id); err != nil {
			return err
		}
	}
	return nil
}

// page reads the next page of the present type, and gives its resources the keys that they lack.
func (b *builder) page(ctx context.Context, d *indexBuild) error {
	typ := d.Types[0]
	l := listing{s: b.ts.store, t: b.id, typ: typ}
	in := l.query(d.After)
	in.Limit, in.ConsistentRead = aws.Int32(buildPage), aws.Bool(true)
	out, err := b.ts.store.queryPage(ctx, in)
	if err != nil {
		return err
	}
	if rt := b.tenant.Types.ByName(typ); rt != nil {
		var mu sync.Mutex
		err = async.Each(ctx, buildParallel, out.Items, func(ctx context.Context, it item) error {
			one := keying{commit: commit{s: b.ts.store, t: b.id, c: scim.Change{Type: typ, ID: stringOf(it, attrSK)}}, tenant: b.tenant, rt: rt}
			err := one.run(ctx, it)
			mu.Lock()
			defer mu.Unlock()
			b.note(d, &one)
			return err
		})
		if err != nil {
			return err
		}
	}
	d.Read += len(out.Items)
	if len(out.LastEvaluatedKey) == 0 {
		d.Types, d.After = d.Types[1:], ""
	} else {
		d.After = stringOf(out.LastEvaluatedKey, attrSK)
	}
	b.out.Type, b.out.Read, b.out.Written = typ, d.Read, d.Written
	if b.o.Progress != nil {
		b.o.Progress(b.out)
	}
	return nil
}

// note adds what was found at one resource.
func (b *builder) note(d *indexBuild, one *keying) {
	if one.written {
		d.Written++
	}
	for _, dup := range one.duplicates {
		if !slices.Contains(b.out.Duplicates, dup) { // a page may be read twice
			b.out.Duplicates = append(b.out.Duplicates, dup)
		}
		if d.Duplicates == nil {
			d.Duplicates = map[string]int{}
		}
		d.Duplicates[indexName(scim.IndexName{Type: dup.Type, Attr: dup.Attr})]++
	}
}
