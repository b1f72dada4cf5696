package sqlstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestRangeOfHashes: an index with a value that is kept as a hash says that it has no order, until the value
// is gone; other indexes have one.
func TestRangeOfHashes(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		s, acme, ctx := d.Store(), tenantID(t, "acme"), t.Context()
		_, err := s.Commit(ctx, acme, newUser(1, "u1", at))
		must(t, err)
		for i, name := range []string{strings.Repeat("x", 257), "zero\x00byte", "sha256:is how a hash begins"} {
			_, err = s.Commit(ctx, acme, newUser(10+i, name, at))
			must(t, err)
			for _, r := range []scim.KeyRange{{Attr: "userName"}, {Attr: "userName", Prefix: "nothing"}} {
				if l, err := s.Range(ctx, acme, "User", r, scim.Page{Limit: 9}); !errors.Is(err, scim.ErrUnordered) {
					t.Errorf("%q: %v %v", name, l, err)
				}
			}
			l, err := s.Range(ctx, acme, "User", scim.KeyRange{Attr: "nickName"}, scim.Page{Limit: 9})
			must(t, err)
			if len(l.Entries) > 0 {
				t.Errorf("%v", l)
			}
			_, err = s.Commit(ctx, acme, scim.Change{Type: "User", ID: userID(10 + i), If: scim.IfAny, Now: at, Remove: true})
			must(t, err)
			l, err = s.Range(ctx, acme, "User", scim.KeyRange{Attr: "userName"}, scim.Page{Limit: 9})
			if err != nil || len(l.Entries) != 1 {
				t.Errorf("%v %v", l, err)
			}
		}
	})
}

// TestRangeAgrees: memory and SQL answer the same ranges with the same entries, while resources change.
func TestRangeAgrees(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		acme, ctx, random := tenantID(t, "acme"), t.Context(), rand.New(rand.NewPCG(5, 6))
		word := func() string {
			var b strings.Builder
			for range random.IntN(4) {
				b.WriteString([]string{"a", "b", "B", "é", "0", " ", "\U0001f600", "~"}[random.IntN(8)])
			}
			return b.String()
		}
		stores := []scim.Store{memory.New(), d.Store()}
		for step := range 120 {
			n := random.IntN(40)
			c := newUser(n, fmt.Sprint("u", n), at)
			c.If = scim.IfAny
			if c.Remove = random.IntN(6) == 0; !c.Remove {
				c.Keys = nil
				for range 1 + random.IntN(3) {
					c.Keys = append(c.Keys, scim.IndexKey{Attr: "name", Value: "w" + word()})
				}
			}
			for _, s := range stores {
				if _, err := s.Commit(ctx, acme, c); errors.Is(err, scim.ErrNotFound) && !c.Remove {
					create := c
					create.If = scim.IfAbsent
					_, err = s.Commit(ctx, acme, create)
					must(t, err)
				}
			}
			r := scim.KeyRange{Attr: "name", Reverse: random.IntN(2) == 0}
			for _, bound := range []*string{&r.From, &r.To, &r.Prefix} {
				if random.IntN(2) == 0 {
					if *bound = "w" + word(); bound != &r.Prefix && random.IntN(2) == 0 {
						*bound = scim.Above(*bound)
					}
				}
			}
			page := scim.Page{Offset: random.IntN(3), Limit: 1 + random.IntN(20)}
			if random.IntN(2) == 0 {
				if after := "w" + word(); r.Contains(after) {
					r.After, page = after, scim.Page{After: userID(random.IntN(40)), Limit: page.Limit}
				}
			}
			var want string
			for i, s := range stores {
				l, err := s.(scim.Ranger).Range(ctx, acme, "User", r, page)
				must(t, err)
				got := fmt.Sprint(l.More)
				for _, e := range l.Entries {
					got += fmt.Sprintf("\n%q %s v%d", e.Value, e.Resource.ID, e.Resource.Version)
				}
				if i == 0 {
					want = got
				} else if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("step %d, %+v %+v (-memory +SQL):\n%s", step, r, page, d)
				}
			}
		}
	})
}
