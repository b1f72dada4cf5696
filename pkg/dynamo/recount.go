package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Recount is the state of a recount of one resource type.
type Recount struct {
	Tenant  scim.TenantID
	Type    string
	Counted int64 // resources so far
	Before  int64 // number of the counter
	Done    bool  // the counter has the number of Counted
}

// recountLife is the longest time after which an interrupted recount continues.
const recountLife = 24 * time.Hour

// Recount counts the resources of a tenant and sets its counters, also while the tenant is in use. It
// reports each step to progress, unless nil. After an interruption the next call continues. Several
// calls at the same time share the work. It returns tenant.ErrUnknown if there is no such tenant.
//
// A recount reads the resources in the order of their ids, page by page, with their marks. It marks
// what exists as counted and what does not as gone; so a record that the stream delivers later does not
// count again. Each page takes effect in one transaction with the counter, on condition that nothing
// was counted since the page was read. The position of the recount is in the counter: from then on
// the consumer adds the records of ids that it has passed to its number too.
func (ts *Tenants) Recount(ctx context.Context, id scim.TenantID, progress func(Recount)) error {
	return ts.RecountSince(ctx, id, ts.store.o.Now(), progress)
}

// RecountSince is Recount without the types whose last recount ended after a time.
func (ts *Tenants) RecountSince(ctx context.Context, id scim.TenantID, since time.Time, progress func(Recount)) error {
	r, err := ts.Resolve(ctx, id)
	if err != nil {
		return err
	}
	list := r.Settings.Types
	if len(list) == 0 {
		list = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	for _, rt := range list {
		for done := false; !done; {
			at, err := ts.store.recountStep(ctx, counterName{id, rt.Name}, since)
			if err != nil {
				return err
			}
			if done = at.Done; progress != nil {
				progress(at)
			}
		}
	}
	return nil
}

// recounting is a recount in progress, as the counter item has it. The zero value is none.
type recounting struct {
	start  time.Time
	after  string // ids with this prefix, and all before, are counted
	number int64
}

func readRecounting(it item) recounting {
	if it[attrRecountStart] == nil {
		return recounting{}
	}
	return recounting{time.UnixMilli(numberOf(it, attrRecountStart)), stringOf(it, attrRecountAt), numberOf(it, attrRecounted)}
}

// passed reports whether the recount has counted the ids with a prefix.
func (r recounting) passed(prefix string) bool { return !r.start.IsZero() && prefix <= r.after }

// recountStep counts the next page.
func (s *Store) recountStep(ctx context.Context, name counterName, since time.Time) (Recount, error) {
	for try := range maxTallyTries {
		out, err := s.recountOnce(ctx, name, since)
		var failed *conditionFailed
		var busy *scim.BusyError
		if !errors.As(err, &failed) && !errors.As(err, &busy) {
			return out, err
		}
		if err := pause(ctx, try); err != nil {
			return out, err
		}
	}
	return Recount{}, &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the counter changes faster than it can be recounted; try again")}
}

func (s *Store) recountOnce(ctx context.Context, name counterName, since time.Time) (Recount, error) {
	c, err := s.counter(ctx, name)
	if err != nil {
		return Recount{}, err
	}
	if c.recount.start.IsZero() && c.checked.After(since) {
		return Recount{Tenant: name.tenant, Type: name.typ, Counted: c.number, Before: c.number, Done: true}, nil
	}
	now := s.o.Now()
	if c.recount.start.IsZero() || now.Sub(c.recount.start) > recountLife {
		c.recount = recounting{start: now}
	}
	p := recountPage{s: s, name: name, all: c.born.IsZero() || c.young(now), after: c.recount.after}
	if err := p.read(ctx); err != nil {
		return Recount{}, err
	}
	p.reconcile()
	out := Recount{Tenant: name.tenant, Type: name.typ, Counted: c.recount.number + p.number, Before: c.number, Done: p.last}
	if p.last && !c.exists && out.Counted == 0 {
		return out, nil // nothing to count, and no counter
	}
	actions := []types.TransactWriteItem{s.updateAction(counterKey(name.tenant, name.typ), c.recounted(out, p.end, now))}
	for _, row := range p.changed {
		actions = append(actions, s.putAction(row.item(now), expression{}))
	}
	return out, s.transact(ctx, actions)
}

// recounted is the update of the counter after a page.
func (c counter) recounted(at Recount, end string, now time.Time) expression {
	e := c.asRead()
	if c.born.IsZero() {
		e.set(attrBorn, e.bind(":born", num(now.UnixMilli())))
	}
	n := e.bind(":n", num(at.Counted))
	if at.Done {
		e.set(attrNumber, n)
		e.set(attrChecked, e.bind(":checked", num(now.UnixMilli())))
		e.removes = append(e.removes, attrRecountAt, attrRecounted, attrRecountStart, e.alias(attrTTL))
		return e
	}
	if !c.exists {
		e.set(attrNumber, e.bind(":zero", num(0)))
	}
	e.set(attrRecounted, n)
	e.set(attrRecountAt, e.bind(":end", str(end)))
	e.set(attrRecountStart, e.bind(":start", num(c.recount.start.UnixMilli())))
	return e
}
