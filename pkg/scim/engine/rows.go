package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Rows are the resources of an application, as Over needs them: what to find and what to store, and
// nothing of SCIM. All methods are safe for concurrent use and keep tenants apart. Errors are those of
// a Provider.
type Rows interface {
	// Row returns one resource, with its members or its groups, or scim.ErrNotFound.
	Row(ctx context.Context, at scim.Target) (Row, error)
	// All returns the resources of a type, in any order, each as Row does. It may leave out those that
	// are not wanted, see Rules.Wanted.
	All(ctx context.Context, want Want) iter.Seq2[Row, error]
	// Find looks up those who are to become members, see Find.
	Find(ctx context.Context, t *scim.Tenant, typ string, ids []string) ([]scim.Member, error)
	// Store keeps d.Row in the place of the row with version d.Was, or as a new one if that is 0. It
	// returns scim.ErrVersion if there is another version by now, and a *scim.TakenError if another row
	// has one of its unique values, see Rules.Taken.
	Store(ctx context.Context, at scim.Target, d *Draft) error
	// Remove deletes the row of a version, or returns scim.ErrVersion. Groups lose it as a member, and
	// users as their manager, see Rules.Without.
	Remove(ctx context.Context, at scim.Target, version int64) error
}

// Over is the shortest way to a Provider of one's own: the rules over rows. Embed it to do some methods
// in another way.
func (r *Rules) Over(rows Rows) scim.Provider { return &rowProvider{Rules: r, rows: rows} }

// rowProvider is a scim.Provider over rows.
type rowProvider struct {
	*Rules
	rows Rows
}

func (p *rowProvider) find(at scim.Target) Find {
	return func(ctx context.Context, typ string, ids []string) ([]scim.Member, error) {
		return p.rows.Find(ctx, at.Tenant, typ, ids)
	}
}

// Create implements scim.Provider.
func (p *rowProvider) Create(ctx context.Context, at scim.Target, body map[string]any, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	d, err := p.Rules.Create(ctx, at, body, p.find(at))
	if err != nil {
		return nil, err
	}
	at.ID = d.ID
	return p.store(ctx, at, d, pr)
}

// store keeps a draft and answers with what is stored: the row as it is now.
func (p *rowProvider) store(ctx context.Context, at scim.Target, d *Draft, pr scim.Projection) (*scim.Result, error) {
	if v := p.viewOf(at.Type, pr, at.By); v.err != nil {
		return nil, v.err
	}
	if d.Changed {
		version, leaver := d.Version, d.Attributes["active"] == false
		if err := p.rows.Store(ctx, at, d); err != nil {
			return nil, err
		}
		now, err := p.row(ctx, at)
		switch {
		case err == nil:
			err = lostWrite(at, now, version, leaver)
		case d.Was == 0 && errors.Is(err, scim.ErrNotFound): // a POST cannot be answered with 404
			err = fmt.Errorf("%s %q is not there after Store has kept it without an error", at.Type.Name, at.ID)
		}
		if err != nil {
			return nil, err
		}
		d.Row = now
	}
	return p.Written(at, d, pr)
}

// row is Rows.Row with what is wrong with the row that it returns.
func (p *rowProvider) row(ctx context.Context, at scim.Target) (Row, error) {
	row, err := p.rows.Row(ctx, at)
	if err == nil {
		err = row.of(at)
	}
	if err == nil && row.Version < 1 {
		err = fmt.Errorf("the row of %s %q has version %d: a Row has a version from 1, one more with every change", at.Type.Name, at.ID, row.Version)
	}
	return row, err
}

// lostWrite returns an error if Rows.Store has stored nothing, or has left a user active who is not to be. What else the rows make of values
// is up to them.
func lostWrite(at scim.Target, now Row, version int64, leaver bool) error {
	switch {
	case now.Version < version:
		return fmt.Errorf("%s %q still has version %d after Store has kept version %d without an error", at.Type.Name, at.ID, now.Version, version)
	case leaver && at.Type.IsUser() && now.Version == version && now.Attributes["active"] != false:
		return fmt.Errorf("%s %q is still active after Store has kept \"active\":false without an error", at.Type.Name, at.ID)
	}
	return nil
}

// Get implements scim.Provider.
func (p *rowProvider) Get(ctx context.Context, at scim.Target, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	row, err := p.row(ctx, at)
	if err != nil {
		return nil, err
	}
	return p.Result(at, row, pr)
}

// Replace implements scim.Provider.
func (p *rowProvider) Replace(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	return p.edit(ctx, p.replacing(at, owned(body), m, pr), pr)
}

// Patch implements scim.Provider.
func (p *rowProvider) Patch(ctx context.Context, at scim.Target, body map[string]any, m scim.Match, pr scim.Projection) (*scim.Result, error) {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return nil, err
	}
	return p.edit(ctx, p.patching(at, owned(body), m, pr), pr)
}

func (p *rowProvider) edit(ctx context.Context, w *modification, pr scim.Projection) (*scim.Result, error) {
	var race Race
	for race.Next(ctx) {
		row, err := p.row(ctx, w.Target)
		if err != nil {
			return nil, err
		}
		if err := w.match.Check(row.Version); err != nil {
			return nil, scim.AsError(err) // a refusal, no race
		}
		d, err := p.change(ctx, w, row, p.find(w.Target))
		if err != nil {
			return nil, err
		}
		res, err := p.store(ctx, w.Target, d, pr)
		if !race.Lost(err, w.match) {
			return res, err
		}
	}
	return nil, race.Err()
}

// Delete implements scim.Provider.
func (p *rowProvider) Delete(ctx context.Context, at scim.Target, m scim.Match) error {
	if err := p.ready(at.Tenant, at.Type); err != nil {
		return err
	}
	var race Race
	for race.Next(ctx) {
		row, err := p.row(ctx, at)
		if err != nil {
			return err
		}
		if err := m.Check(row.Version); err != nil {
			return err
		}
		if err := p.rows.Remove(ctx, at, row.Version); !race.Lost(err, m) {
			return err
		}
	}
	return race.Err()
}

// Search implements scim.Provider.
func (p *rowProvider) Search(ctx context.Context, t *scim.Tenant, q scim.Query) (*scim.Found, error) {
	if err := p.ready(t, q.Types...); err != nil {
		return nil, err
	}
	return p.Rules.Search(ctx, t, q, func(want Want) iter.Seq2[Row, error] { return p.rows.All(ctx, want) })
}
