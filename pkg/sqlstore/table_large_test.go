package sqlstore_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestLargeGroupOfTable: a change of one member of a group of the application does not read the rows of all others, also with
// a feed.
func TestLargeGroupOfTable(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	d := sqltest.SQLite(t)
	s, acme, ctx := withRoles(t, d), tenantID(t, "acme"), t.Context()
	const large = 3000
	_, err := s.Commit(ctx, acme, newUser(1, "u1", at))
	must(t, err)
	all := newGroup(50, "large")
	must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for i := 100; i < 100+large; i++ {
			if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO people (id, org, name) VALUES ('%s', 'acme', 'u%d')`, userID(i), i)); err != nil {
				return err
			}
			all.AddMembers = append(all.AddMembers, scim.Member{Type: "User", ID: userID(i)})
		}
		return nil
	}))
	_, err = s.Commit(ctx, acme, all)
	must(t, err)
	_, err = s.Commit(ctx, acme, newGroup(51, "small"))
	must(t, err)
	cost := func(group int, remove bool) uint64 {
		t.Helper()
		c := scim.Change{Type: "Group", ID: userID(group), If: scim.IfAny, Now: at}
		if remove {
			c.RemoveMembers = []string{userID(1)}
		} else {
			c.AddMembers = []scim.Member{{Type: "User", ID: userID(1)}}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := s.Commit(ctx, acme, c)
		runtime.ReadMemStats(&after)
		must(t, err)
		return after.TotalAlloc - before.TotalAlloc
	}
	for _, remove := range []bool{false, true} {
		small, big := cost(51, remove), cost(50, remove)
		t.Logf("remove: %t: %d KiB, and %d KiB of %d members", remove, small>>10, big>>10, large)
		if big > small+large*1000 { // the version is made of the keys of all members
			t.Errorf("remove: %t: %d KiB, and %d KiB of %d members", remove, small>>10, big>>10, large)
		}
	}
	last, err := s.Last(ctx, acme)
	must(t, err)
	list, err := s.Entries(ctx, acme, last-1, 5)
	if err != nil || len(list) != 1 || len(list[0].Left) != 1 || list[0].Left[0].ID != userID(1) || len(list[0].Joined) > 0 {
		t.Errorf("%+v %v", list, err)
	}
}

// TestListAfterAnyID: a page after an id that no row has, which a client may have made up, reads the page only.
func TestListAfterAnyID(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	d := sqltest.SQLite(t)
	s, acme, ctx := existing(t, d), tenantID(t, "acme"), t.Context()
	const rows = 3000
	must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for i := range rows {
			if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO people (org, email) VALUES ('acme', 'u%d@example.com')`, i)); err != nil {
				return err
			}
		}
		return nil
	}))
	all, err := s.List(ctx, acme, "User", scim.Page{Limit: rows})
	must(t, err)
	for _, after := range []string{"", "a", "0", "~", all.Resources[9].ID, all.Resources[9].ID + "x", all.Resources[9].ID[:len(all.Resources[9].ID)-1], "\xff", "a\x00b"} {
		var want []string
		for _, r := range all.Resources {
			if r.ID > after && len(want) < 5 {
				want = append(want, r.ID)
			}
		}
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		page, err := s.List(ctx, acme, "User", scim.Page{Limit: 5, After: after})
		runtime.ReadMemStats(&now)
		must(t, err)
		var got []string
		for _, r := range page.Resources {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %q: %v, want %v", after, got, want)
		}
		if kib := (now.TotalAlloc - before.TotalAlloc) >> 10; kib > 500 {
			t.Errorf("after %q: %d KiB", after, kib)
		}
	}
}
