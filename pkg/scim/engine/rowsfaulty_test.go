package engine_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// odd are rows of an application that makes a mistake.
type odd struct {
	*shelf
	row   func(at scim.Target, row engine.Row, err error) (engine.Row, error)
	all   func(yield func(engine.Row) bool, row engine.Row) bool
	store func(d *engine.Draft) (drop bool)
}

func (o *odd) Row(ctx context.Context, at scim.Target) (engine.Row, error) {
	row, err := o.shelf.Row(ctx, at)
	if o.row != nil {
		return o.row(at, row, err)
	}
	return row, err
}

func (o *odd) All(ctx context.Context, want engine.Want) iter.Seq2[engine.Row, error] {
	return func(yield func(engine.Row, error) bool) {
		for row, err := range o.shelf.All(ctx, want) {
			if o.all == nil && !yield(row, err) || o.all != nil && !o.all(func(r engine.Row) bool { return yield(r, err) }, row) {
				return
			}
		}
	}
}

func (o *odd) Store(ctx context.Context, at scim.Target, d *engine.Draft) error {
	if o.store != nil && o.store(d) {
		return nil
	}
	return o.shelf.Store(ctx, at, d)
}

// TestOddRows: what is wrong with the rows of an application is never the answer to a client. What is not there is 404, and what cannot be
// right is an error whose cause says what is wrong; nothing is written for it.
func TestOddRows(t *testing.T) {
	t.Parallel()
	const notFound = "resource not found"
	for name, c := range map[string]struct {
		odd  odd
		id   string // that the requests name
		want map[string]string
	}{
		"the zero row of what is not there": {odd{row: func(_ scim.Target, row engine.Row, _ error) (engine.Row, error) { return row, nil }}, "none",
			map[string]string{"GET": notFound, "PATCH": notFound, "PUT": notFound, "DELETE": notFound}},
		"a row in another case": {odd{row: func(at scim.Target, _ engine.Row, _ error) (engine.Row, error) {
			return engine.Row{ID: "ann", Version: 1, Attributes: map[string]any{"userName": "ann"}}, nil
		}}, "ANN", map[string]string{"GET": notFound, "PATCH": notFound, "PUT": notFound, "DELETE": notFound}},
		"the row of another user": {odd{row: func(scim.Target, engine.Row, error) (engine.Row, error) {
			return engine.Row{ID: "bob", Version: 1, Attributes: map[string]any{"userName": "bob"}}, nil
		}}, "ann", map[string]string{"GET": `has the id "bob"`, "PATCH": `has the id "bob"`, "PUT": `has the id "bob"`, "DELETE": `has the id "bob"`}},
		"a row without a version": {odd{row: func(_ scim.Target, row engine.Row, err error) (engine.Row, error) { row.Version = 0; return row, err }}, "ann",
			map[string]string{"GET": "version 0", "PATCH": "version 0", "PUT": "version 0", "DELETE": "version 0"}},
		"a write that is dropped": {odd{store: func(*engine.Draft) bool { return true }}, "ann",
			map[string]string{"PATCH": "still has version 1", "PUT": "still has version 1", "POST": "is not there"}},
		"a leaver who stays": {odd{store: func(d *engine.Draft) bool { d.Attributes["active"] = true; return false }}, "ann",
			map[string]string{"PATCH": "still active"}},
		"a row without an id in a list": {odd{all: func(yield func(engine.Row) bool, _ engine.Row) bool { return yield(engine.Row{Version: 1}) }}, "ann",
			map[string]string{"search": "has no id"}},
	} {
		w, s, _, _ := ruled(t, scim.TenantConfig{})
		users := scim.Target{Tenant: w.tenant, Type: schema.UserType(), ID: c.id}
		rules := engine.NewRules(engine.Options{PublicBase: "https://x", NewID: func() string { return "new" }})
		c.odd.shelf = s
		p := rules.Over(&c.odd)
		for request, send := range map[string]func() error{
			"GET": func() error { _, err := p.Get(t.Context(), users, scim.Projection{}); return err },
			"PATCH": func() error {
				return second(p.Patch(t.Context(), users, patchOf(t, `[{"op":"replace","path":"active","value":false}]`), scim.Match{}, scim.Projection{}))
			},
			"PUT": func() error {
				return second(p.Replace(t.Context(), users, body(t, `{"userName":"ann","title":"x"}`), scim.Match{}, scim.Projection{}))
			},
			"POST": func() error {
				return second(p.Create(t.Context(), users, body(t, `{"userName":"new"}`), scim.Projection{}))
			},
			"DELETE": func() error { return p.Delete(t.Context(), users, scim.Match{}) },
			"search": func() error {
				return second(p.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{schema.UserType()}}))
			},
		} {
			want, asked := c.want[request]
			if !asked {
				continue
			}
			clear(s.rows)
			for _, id := range []string{"ann", "bob"} {
				s.rows[scim.Ref{Type: "User", ID: id}] = engine.Row{ID: id, Version: 1, Attributes: map[string]any{"schemas": []any{schema.URNUser}, "userName": id, "active": true}}
			}
			err := send()
			if e := (*scim.Error)(nil); errors.As(err, &e) && e.Cause != nil {
				err = e.Cause
			}
			if err == nil || !strings.Contains(err.Error(), want) || want == notFound && !errors.Is(err, scim.ErrNotFound) {
				t.Errorf("%s, %s: %v, want %q", name, request, err, want)
			}
			if len(s.rows) != 2 && request != "POST" {
				t.Errorf("%s, %s: %d rows", name, request, len(s.rows))
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestRowsTwice: a directory that is read in pages may have a row in two of them; a search has it once.
func TestRowsTwice(t *testing.T) {
	t.Parallel()
	w, s, rules, _ := ruled(t, scim.TenantConfig{})
	for _, id := range []string{"ann", "bob"} {
		s.rows[scim.Ref{Type: "User", ID: id}] = engine.Row{ID: id, Version: 1, Attributes: map[string]any{"userName": id}}
	}
	p := rules.Over(&odd{shelf: s, all: func(yield func(engine.Row) bool, row engine.Row) bool {
		for range 2 {
			if !yield(row) {
				return false
			}
		}
		return true
	}})
	for _, filter := range []string{"", `userName eq "ann"`} {
		found, err := p.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{schema.UserType()}, Filter: filter, HasFilter: filter != ""})
		if want := map[string]int{"": 2}[filter]; err != nil || found.Total != max(want, 1) {
			t.Errorf("%q: %+v %v", filter, found, err)
		}
	}
}
