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
	// RevivedClients are OAuth clients, likewise. One whose secrets or keys were changed since is among
	// them: the table accepts the old ones.
	RevivedClients []tenant.Client
	// Lost are tokens that the old table accepts and the restored one does not know. Their clients
	// are refused until they get new ones.
	Lost []tenant.Token
	// LostClients are clients, likewise.
	LostClients []tenant.Client
	// Settings is true if the settings, or those of a token, were changed since.
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
	ids, err := tenant.AllNames(ctx, ts)
	if err != nil {
		return nil, err
	}
	if old != nil {
		before, err := tenant.AllNames(ctx, old)
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
		r.RevivedClients = slices.DeleteFunc(have.Clients, func(c tenant.Client) bool { return !c.Live(now) || c.Created.After(since) })
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
	r.compareTokens(have.Tokens, before.Tokens, since, now)
	r.compareClients(have.Clients, before.Clients, since, now)
	return r, err
}

func (r *Restored) compareTokens(have, before []tenant.Token, since, now time.Time) {
	for _, t := range have {
		i := slices.IndexFunc(before, func(o tenant.Token) bool { return o.KeyID == t.KeyID && o.Hash == t.Hash && o.Live(now) })
		switch {
		case !t.Live(now) || t.Created.After(since):
		case i < 0:
			r.Revived = append(r.Revived, t)
		case t.Scopes != before[i].Scopes || t.Connection != before[i].Connection || !t.Expires.Equal(before[i].Expires):
			r.Settings = true
		}
	}
	for _, t := range before {
		known := slices.ContainsFunc(have, func(o tenant.Token) bool { return o.KeyID == t.KeyID })
		if t.Live(now) && !known {
			r.Lost = append(r.Lost, t)
		}
	}
}

func (r *Restored) compareClients(have, before []tenant.Client, since, now time.Time) {
	for _, c := range have {
		same := func(o tenant.Client) bool {
			return o.ID == c.ID && o.Version == c.Version && o.Created.Equal(c.Created)
		}
		if c.Live(now) && !c.Created.After(since) && !slices.ContainsFunc(before, same) {
			r.RevivedClients = append(r.RevivedClients, c)
		}
	}
	for _, c := range before {
		known := slices.ContainsFunc(have, func(o tenant.Client) bool { return o.ID == c.ID })
		if c.Live(now) && !known {
			r.LostClients = append(r.LostClients, c)
		}
	}
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
