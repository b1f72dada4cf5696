package dynamo

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Restored says what a restore has brought back of a tenant, or taken away.
type Restored struct {
	Tenant scim.TenantID
	State  RestoredState
	// Revived are tokens that the restored table accepts and should not: the old table shows that they
	// were revoked or removed since. Without the old table they are all tokens of that time that are
	// accepted, because any of them may have been revoked since: InDoubt is true.
	Revived []tenant.Token
	InDoubt bool
	// Lost are tokens that the old table accepts and the restored one does not know. Their clients
	// are refused until they get new ones.
	Lost []tenant.Token
	// Settings is true if the settings were changed since.
	Settings bool
}

// RestoredState compares a tenant in both tables.
type RestoredState string

// States of a tenant after a restore.
const (
	RestoredKept    RestoredState = "kept"          // in both tables, or the old one is not known
	RestoredRevived RestoredState = "deleted since" // the old table does not have it
	RestoredAnew    RestoredState = "created anew"  // deleted since, and created again with the same name
	RestoredLost    RestoredState = "created since" // the restored table does not have it
	RestoredHalf    RestoredState = "half deleted"  // the restored table is of a time within its deletion
)

// AfterRestore compares the tenants of a table that was restored to a point in time with those of the
// old table, which the restore left as it was, and returns them in the order of their names. since is
// the time to which the table was restored: tokens that were created after it are new ones of the
// restored table. old may be nil; then the answer says of every token of that time that it is in doubt.
//
// It changes nothing. Revoke revokes a token, and Delete deletes a tenant that is back.
func (ts *Tenants) AfterRestore(ctx context.Context, old *Tenants, since time.Time) ([]Restored, error) {
	ids, err := ts.List(ctx)
	if err != nil {
		return nil, err
	}
	if old != nil {
		before, err := old.List(ctx)
		if err != nil {
			return nil, err
		}
		ids = append(ids, before...)
	}
	slices.SortFunc(ids, func(a, b scim.TenantID) int { return bytes.Compare([]byte(a.String()), []byte(b.String())) })
	var out []Restored
	for _, id := range slices.Compact(ids) {
		r, err := ts.compare(ctx, old, id, since)
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

func (ts *Tenants) compare(ctx context.Context, old *Tenants, id scim.TenantID, since time.Time) (*Restored, error) {
	now := ts.store.o.Now()
	have, err := ts.lookUp(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &Restored{Tenant: id, State: RestoredKept}
	if have == nil {
		r.State, have = RestoredLost, &tenant.Record{}
		if it, err := ts.store.getItem(ctx, settingsKey(id), true); err != nil || it != nil {
			r.State = RestoredHalf
			return r, err
		}
	}
	if old == nil {
		r.InDoubt = true
		r.Revived = slices.DeleteFunc(have.Tokens, func(t tenant.Token) bool { return !t.Live(now) || t.Created.After(since) })
		return r, nil
	}
	before, err := old.lookUp(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case r.State == RestoredLost && before != nil:
	case before == nil:
		r.State, before = RestoredRevived, &tenant.Record{}
	case have.Settings.CursorKey != before.Settings.CursorKey:
		r.State = RestoredAnew
	default:
		r.Settings, err = differ(have.Settings, before.Settings)
	}
	accepted := func(list []tenant.Token, t tenant.Token) bool {
		return slices.ContainsFunc(list, func(o tenant.Token) bool { return o.KeyID == t.KeyID && o.Hash == t.Hash && o.Live(now) })
	}
	for _, t := range have.Tokens {
		if t.Live(now) && !accepted(before.Tokens, t) && !t.Created.After(since) {
			r.Revived = append(r.Revived, t)
		}
	}
	for _, t := range before.Tokens {
		known := slices.ContainsFunc(have.Tokens, func(o tenant.Token) bool { return o.KeyID == t.KeyID })
		if t.Live(now) && !known {
			r.Lost = append(r.Lost, t)
		}
	}
	return r, err
}

// lookUp is Resolve, with nil for a tenant that is unknown.
func (ts *Tenants) lookUp(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	r, err := ts.Resolve(ctx, id)
	if errors.Is(err, tenant.ErrUnknown) {
		return nil, nil
	}
	return r, err
}

// differ reports whether two settings are stored differently.
func differ(a, b tenant.Settings) (bool, error) {
	one, err := a.Document()
	other, err2 := b.Document()
	return !bytes.Equal(one, other), errors.Join(err, err2)
}

// DeleteKept deletes what another package keeps for a tenant, and returns the number of items. After
// a restore it deletes plans, because one that was used since could be used again.
func (ts *Tenants) DeleteKept(ctx context.Context, id scim.TenantID, kept Kept) (int, error) {
	d := &deletion{s: ts.store, t: id, o: Deletion{Others: []Kept{kept}}, removed: Tally{}, copies: map[string]bool{}}
	err := d.clearOthers(ctx, false)
	return d.removed.Total(), err
}
