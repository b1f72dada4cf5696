package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestFeedExpires: entries that are too old are gone from the table, and the numbers go on after them.
func TestFeedExpires(t *testing.T) {
	t.Parallel()
	now := at
	path := t.TempDir() + "/scim.db"
	open := func(keep scim.Retention) *sqlstore.Store {
		d, err := sqlite.Open(t.Context(), path, sqlstore.Options{Now: func() time.Time { return now }, Feed: keep})
		must(t, err)
		t.Cleanup(func() { must(t, d.Close()) })
		return d.Store()
	}
	s := open(scim.Retention{Age: time.Hour})
	acme, ctx := tenantID(t, "acme"), t.Context()
	write := func(n int) {
		t.Helper()
		_, err := s.Commit(ctx, acme, newUser(n, "u"+userID(n), at))
		must(t, err)
	}
	gone := func(after, first, last int64) {
		t.Helper()
		_, err := s.Entries(ctx, acme, after, 10)
		var g *scim.GoneError
		if !errors.As(err, &g) || *g != (scim.GoneError{After: after, First: first, Last: last}) {
			t.Errorf("after %d: %v, want %d to %d", after, err, first, last)
		}
	}
	write(1)
	write(2)
	now = now.Add(40 * time.Minute)
	write(3)
	now = now.Add(40 * time.Minute)
	gone(0, 3, 3)
	gone(1, 3, 3)
	list, err := s.Entries(ctx, acme, 2, 10)
	must(t, err)
	if len(list) != 1 || list[0].First != 3 {
		t.Errorf("%+v", list)
	}
	now = now.Add(40 * time.Minute) // the last one, too
	gone(2, 4, 3)
	list, err = s.Entries(ctx, acme, 3, 10)
	must(t, err)
	if len(list) != 0 {
		t.Errorf("%+v", list)
	}
	write(4)
	list, err = s.Entries(ctx, acme, 3, 10)
	must(t, err)
	if len(list) != 1 || list[0].First != 4 {
		t.Errorf("%+v", list)
	}
	without := open(scim.Retention{Age: -1})
	_, err = without.Commit(ctx, acme, newUser(5, "u5", at))
	must(t, err)
	if _, err := without.Entries(ctx, acme, 0, 1); !errors.Is(err, scim.ErrNoFeed) {
		t.Errorf("without a feed: %v", err)
	}
}

// TestFeedExpiresInOrder: an entry that a clock which was ahead has written expires with those after it. A reader that came late
// would otherwise get it, and miss the others without notice.
func TestFeedExpiresInOrder(t *testing.T) {
	t.Parallel()
	eachAt(t, expiresInOrder)
}

// eachAt runs a test on each kind of database, with a clock and a feed that keeps its entries for an hour.
func eachAt(t *testing.T, run func(t *testing.T, d *sqlstore.Database, now *time.Time)) {
	t.Helper()
	for name, open := range map[string]func(context.Context, string, sqlstore.Options) (*sqlstore.Database, error){
		"sqlite": sqlite.Open, "postgres": postgres.Open,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := t.TempDir() + "/scim.db"
			if name == "postgres" {
				place = sqltest.SchemaURL(t)
			}
			now := at
			d, err := open(t.Context(), place, sqlstore.Options{Now: func() time.Time { return now }, Feed: scim.Retention{Age: time.Hour}})
			must(t, err)
			t.Cleanup(func() { must(t, d.Close()) })
			run(t, d, &now)
		})
	}
}

func expiresInOrder(t *testing.T, d *sqlstore.Database, now *time.Time) {
	t.Helper()
	s := d.Store()
	acme, ctx := tenantID(t, "acme"), t.Context()
	write := func(n int, ahead time.Duration) {
		t.Helper()
		*now = at.Add(ahead)
		_, err := s.Commit(ctx, acme, newUser(n, "u"+userID(n), at))
		must(t, err)
	}
	write(1, 0)
	write(2, 30*time.Minute) // by a clock that is ahead
	write(3, 0)
	write(4, 80*time.Minute)
	_, err := s.Entries(ctx, acme, 0, 10) // 3 has expired
	var gone *scim.GoneError
	if !errors.As(err, &gone) || *gone != (scim.GoneError{After: 0, First: 4, Last: 4}) {
		t.Errorf("after 0: %v", err)
	}
	for after := int64(1); after < 4; after++ {
		list, err := s.Entries(ctx, acme, after, 10)
		if after == 3 && (err != nil || len(list) != 1 || list[0].First != 4) || after < 3 && !errors.As(err, &gone) {
			t.Errorf("after %d: %+v %v", after, list, err)
		}
	}
}

// TestFeedOfTables: what the service does to rows of the application is in the feed, and that rows which the
// application deletes leave their groups.
func TestFeedOfTables(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	s, acme, ctx := existing(t, d), tenantID(t, "acme"), t.Context()
	r, err := s.Commit(ctx, acme, newUser(1, "ann@example.com", at))
	must(t, err)
	other, err := s.Commit(ctx, acme, newUser(2, "bob@example.com", at))
	must(t, err)
	g := newGroup(50, "g")
	g.AddMembers = []scim.Member{{ID: r.ID, Type: "User"}, {ID: other.ID, Type: "User"}}
	_, err = s.Commit(ctx, acme, g)
	must(t, err)
	put := newUser(1, "eve@example.com", at)
	put.ID, put.If = r.ID, scim.IfAny
	changed, err := s.Commit(ctx, acme, put)
	must(t, err)
	_, err = s.Commit(ctx, acme, scim.Change{Type: "User", ID: r.ID, If: scim.IfAny, Now: at, Remove: true})
	must(t, err)
	must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM people`)
		return err
	}))
	must(t, s.Sweep(ctx))
	list, err := s.Entries(ctx, acme, 0, 100)
	must(t, err)
	type line struct {
		Type, ID     string
		Own          bool
		Joined, Left int
		Cause        string
	}
	var got []line
	for _, e := range list {
		got = append(got, line{e.Type, e.ID, e.Own, len(e.Joined), len(e.Left), e.Cause.ID})
	}
	want := []line{
		{"User", r.ID, true, 0, 0, ""}, {"User", other.ID, true, 0, 0, ""}, {"Group", g.ID, true, 2, 0, ""}, {"User", r.ID, true, 0, 0, ""},
		{"Group", g.ID, false, 0, 1, r.ID}, {"User", r.ID, true, 0, 0, ""}, {"Group", g.ID, false, 0, 1, other.ID},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(changed.Document, list[3].After.Document); d != "" || string(list[3].Before.Document) == string(list[3].After.Document) {
		t.Errorf("the change shows %s and %s", list[3].Before.Document, list[3].After.Document)
	}
	if d := cmp.Diff([]string{g.ID}, list[3].Groups); d != "" {
		t.Error(d)
	}
}
