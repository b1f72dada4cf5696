package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// company is a tenant that changes at random while the application follows it.
type company struct {
	*testing.T
	rnd    *rand.Rand
	store  scim.Store
	tenant *scim.Tenant
	app    *application
	anew   func() // the operator makes every reader start anew, or deletes the tenant and makes it again
}

func (c *company) ids(typ string) (ids []string) {
	c.Helper()
	l, err := c.store.List(c.Context(), c.tenant.ID, typ, scim.Page{Limit: 1000})
	if err != nil {
		c.Fatal(err)
	}
	for _, r := range l.Resources {
		ids = append(ids, r.ID)
	}
	return ids
}

// step makes one change, of those that make an application go wrong. What the service refuses, such as a name that is taken, changes
// nothing.
func (c *company) step(p *engine.Provider) {
	c.Helper()
	ctx, users, groups := c.Context(), scim.Target{Tenant: c.tenant, Type: c.tenant.Types.ByName("User")}, scim.Target{Tenant: c.tenant, Type: c.tenant.Types.ByName("Group")}
	us, gs := c.ids("User"), c.ids("Group")
	one := func(list []string) string { return list[c.rnd.IntN(len(list))] }
	name := func(stem string) string { return fmt.Sprint(stem, c.rnd.IntN(8)) }
	body := func() map[string]any { // without active, which is then as if it were true, or as it was
		n := name("u")
		o := map[string]any{"userName": n, "externalId": "x" + n, "emails": []any{map[string]any{"value": n + "@example.com"}}}
		if len(c.tenant.Types.ByName("User").Extensions) > 1 {
			o["urn:example:staff"] = map[string]any{"badge": n}
		}
		return o
	}
	patch := func(at scim.Target, op, path string, value any) error {
		o := map[string]any{"op": op, "path": path}
		if value != nil {
			o["value"] = value
		}
		_, err := p.Patch(ctx, at, map[string]any{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{o}}, scim.Match{}, scim.Projection{})
		return err
	}
	member := func() []any { return []any{map[string]any{"value": one(us)}} }
	var err error
	switch n := c.rnd.IntN(30); {
	case n >= 28:
		c.schemas()
	case n >= 25: // of a type that comes and goes; its members of groups stay
		at := scim.Target{Tenant: c.tenant, Type: c.tenant.Types.ByName("Contractor")}
		cs := c.ids("Contractor")
		switch k := c.rnd.IntN(4); {
		case at.Type == nil:
		case len(cs) == 0 || k == 0:
			_, err = p.Create(ctx, at, map[string]any{"userName": name("c"), "active": c.rnd.IntN(2) > 0}, scim.Projection{})
		case k == 1:
			err = p.Delete(ctx, at.Of(one(cs)), scim.Match{})
		case k == 2:
			err = patch(at.Of(one(cs)), "replace", "active", c.rnd.IntN(2) > 0)
		case len(gs) > 0:
			err = patch(groups.Of(one(gs)), "add", "members", []any{map[string]any{"value": one(cs), "type": "Contractor"}})
		}
	case len(us) == 0 || n < 5:
		_, err = p.Create(ctx, users, body(), scim.Projection{})
	case len(gs) == 0 || n < 6:
		_, err = p.Create(ctx, groups, map[string]any{"displayName": name("g"), "members": member()}, scim.Projection{})
	case n < 9:
		_, err = p.Replace(ctx, users.Of(one(us)), body(), scim.Match{}, scim.Projection{})
	case n < 13: // off, on, off
		id := one(us)
		for range 1 + c.rnd.IntN(3) {
			err = errors.Join(err, patch(users.Of(id), "replace", "active", []any{false, true, "False", "True"}[c.rnd.IntN(4)]))
		}
	case n < 15: // a user that is deleted comes again under the same names, or two users change theirs
		id := one(us)
		r, fault := c.store.Get(ctx, c.tenant.ID, "User", id)
		if err = fault; err == nil && c.rnd.IntN(2) > 0 {
			err = p.Delete(ctx, users.Of(id), scim.Match{})
			doc, fault := schema.DecodeJSON(r.Document, 9)
			if err = errors.Join(err, fault); err == nil {
				_, err = p.Create(ctx, users, map[string]any{"userName": doc["userName"], "externalId": "again"}, scim.Projection{})
			}
		} else if err == nil {
			other := one(us)
			err = errors.Join(patch(users.Of(id), "replace", "userName", "between"), patch(users.Of(other), "replace", "userName", name("u")), patch(users.Of(id), "replace", "userName", name("u")))
		}
	case n < 17:
		err = p.Delete(ctx, users.Of(one(us)), scim.Match{})
	case n < 19:
		err = patch(groups.Of(one(gs)), "add", "members", member())
	case n < 20:
		err = patch(groups.Of(one(gs)), "remove", fmt.Sprintf("members[value eq %q]", one(us)), nil)
	case n < 21:
		_, err = p.Replace(ctx, groups.Of(one(gs)), map[string]any{"displayName": name("g"), "members": member()}, scim.Match{}, scim.Projection{})
	case n < 22:
		err = patch(groups.Of(one(gs)), "replace", "displayName", name("g"))
	case n < 23:
		err = p.Delete(ctx, groups.Of(one(gs)), scim.Match{})
	case c.rnd.IntN(3) == 0:
		c.anew()
	}
	if err != nil && scim.AsError(err).Status >= 500 {
		c.Fatal(err)
	}
}

// schemas changes the schemas of the tenant: an extension of users, and a type with their schema, come and go.
func (c *company) schemas() {
	c.Helper()
	users, list := *schema.UserType(), []*schema.ResourceType{schema.GroupType()}
	if c.rnd.IntN(2) > 0 {
		x := schema.NewSchema("urn:example:staff", "Staff", "", &schema.Attribute{Name: "badge"})
		users.Extensions = append(slices.Clone(users.Extensions), schema.Extension{Schema: x})
	}
	if c.rnd.IntN(2) > 0 {
		contractor := *schema.UserType()
		contractor.Name, contractor.Endpoint = "Contractor", "/Contractors"
		list = append(list, &contractor)
	}
	t, err := scim.NewTenant(scim.TenantConfig{ID: c.tenant.ID, SharedGroupNames: true, Types: &scim.Types{List: append([]*schema.ResourceType{&users}, list...)}})
	if err != nil {
		c.Fatal(err)
	}
	c.tenant = t
}

// signIn opens a session for each user that the application lets in.
func (c *company) signIn() {
	c.Helper()
	if _, err := c.app.db.ExecContext(c.Context(), `INSERT INTO sessions SELECT org, id, 'x' FROM users WHERE active`); err != nil {
		c.Fatal(err)
	}
}

// mortal are the positions of one process: after its end it writes nothing.
type mortal struct {
	feed.Positions
	dead *atomic.Bool
}

func (m mortal) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	if m.dead.Load() {
		return context.Canceled
	}
	return m.Positions.Move(ctx, p, owner, to)
}

func (m mortal) Leave(ctx context.Context, p feed.Place, owner string) error {
	if m.dead.Load() {
		return context.Canceled
	}
	return m.Positions.Leave(ctx, p, owner)
}

// live lets the application follow the feed until it has handled some facts, and then kills it: before or after its transaction, and
// always before the position is kept. With -1 it lives until all is handled.
func (c *company) live(source *feed.Source, positions feed.Positions, facts int64) {
	c.Helper()
	ctx, kill := context.WithCancel(c.Context())
	defer kill()
	var dead atomic.Bool
	var handled atomic.Int64
	done := make(chan bool, 1)
	before := c.rnd.IntN(2) > 0
	consumer := feed.Consumer{
		Source: source, Positions: mortal{positions, &dead}, Name: "application", Anew: c.app.anew, Lease: 10 * time.Millisecond, Pause: time.Millisecond,
		Tenants: func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{c.tenant.ID}, nil }, Logger: slog.New(slog.DiscardHandler),
		Handle: func(ctx context.Context, f feed.Fact) error {
			last := handled.Add(1) == facts
			if last && before {
				dead.Store(true)
			}
			if dead.Load() {
				kill()
				return context.Canceled
			}
			err := c.app.handle(ctx, f)
			if last {
				dead.Store(true)
				kill()
			}
			return err
		},
		Observe: func(_ scim.TenantID, lag feed.Lag) {
			if lag.Facts == 0 {
				select {
				case done <- true:
				default:
				}
			}
		},
	}
	ended := async.Go(func() error { return consumer.Run(ctx) })
	for end := time.Now().Add(2 * time.Minute); ; {
		if time.Now().After(end) {
			c.Fatal("the application has not handled all facts")
		}
		select {
		case <-done:
		case <-time.After(5 * time.Millisecond):
		case <-ended:
			return
		}
		if seen, err := c.app.seen(c.Context()); err != nil {
			c.Fatal(err)
		} else if last, err := source.Last(c.Context(), c.tenant.ID); err != nil {
			c.Fatal(err)
		} else if seen == last {
			kill()
			<-ended
			return
		}
	}
}

func (a *application) seen(ctx context.Context) (seq int64, err error) {
	return seq, a.db.QueryRowContext(ctx, `SELECT coalesce(max(seq), -1) FROM places`).Scan(&seq)
}

// rows is what a question to the application has found.
func (c *company) rows(question string) (out []string) {
	c.Helper()
	rows, err := c.app.db.QueryContext(c.Context(), question)
	if err != nil {
		c.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			c.Fatal(err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		c.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// compare compares the application with the lists of the store, which know nothing of the feed.
func (c *company) compare(when int) {
	c.Helper()
	var users, roles, leavers []string
	l, err := c.store.List(c.Context(), c.tenant.ID, "User", scim.Page{Limit: 1000})
	if err != nil {
		c.Fatal(err)
	}
	for _, r := range l.Resources {
		doc, err := schema.DecodeJSON(r.Document, 9)
		if err != nil {
			c.Fatal(err)
		}
		email := ""
		if list, _ := doc["emails"].([]any); len(list) > 0 {
			email = fmt.Sprint(list[0].(map[string]any)["value"])
		}
		users = append(users, fmt.Sprint(r.ID, " ", email, " ", doc["active"] != false))
		if doc["active"] == false {
			leavers = append(leavers, r.ID)
		}
	}
	for _, g := range c.ids("Group") {
		m, err := c.store.Members(c.Context(), c.tenant.ID, g, scim.Page{Limit: 1000})
		if err != nil {
			c.Fatal(err)
		}
		for _, m := range m.Members {
			roles = append(roles, m.ID+" "+g)
		}
	}
	slices.Sort(users)
	slices.Sort(roles)
	got := [][]string{c.rows(`SELECT id || ' ' || email || ' ' || iif(active, 'true', 'false') FROM users`), c.rows(`SELECT user || ' ' || role FROM roles`)}
	if d := cmp.Diff([][]string{users, roles}, got); d != "" {
		c.Fatalf("after %d changes (-directory +application): %s", when, d)
	}
	open := c.rows(`SELECT DISTINCT user FROM sessions WHERE user NOT IN (SELECT id FROM users WHERE active)`)
	for _, id := range c.rows(`SELECT DISTINCT user FROM sessions`) {
		if slices.Contains(leavers, id) {
			open = append(open, id)
		}
	}
	if len(open) > 0 {
		c.Fatalf("after %d changes leavers have sessions: %v", when, open)
	}
}

// TestRandom: whatever happens to users, groups and the tenant, and whenever the application is killed, in the end its tables are the
// directory, and no leaver has a session. Schemas come and go meanwhile.
func TestRandom(t *testing.T) {
	t.Parallel()
	seeds, steps := uint64(2), 32
	if os.Getenv("SCIMSTACK_LARGE") != "" { // scripts/large.sh
		seeds, steps = 100, 120
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random(t, seed, steps)
		})
	}
}

func random(t *testing.T, seed uint64, steps int) {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	c := &company{T: t, rnd: rand.New(rand.NewPCG(seed, 1))}
	if c.tenant, err = scim.NewTenant(scim.TenantConfig{ID: id, SharedGroupNames: true}); err != nil {
		t.Fatal(err)
	}
	if c.app, err = openApplication(t.Context(), filepath.Join(t.TempDir(), "app.db")); err != nil {
		t.Fatal(err)
	}
	defer c.app.db.Close()
	var positions feed.Positions
	if seed%2 == 0 { // facts expire before they are read
		store := memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 12}})
		c.store, positions = store, feed.NewMemoryPositions(nil)
		c.anew = func() {
			if _, err := store.RestartFeed(t.Context(), id, 0); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		d := sqltest.SQLite(t)
		c.store, positions = d.Store(), sqlfeed.New(d, nil)
		create := func() error { return d.Tenants().Create(t.Context(), tenant.Settings{ID: id}) }
		if err := create(); err != nil {
			t.Fatal(err)
		}
		c.anew = func() {
			if _, err := d.Tenants().Delete(t.Context(), id, sqlstore.Deletion{Wait: -1}); err != nil {
				t.Fatal(err)
			}
			if err := create(); err != nil {
				t.Fatal(err)
			}
		}
	}
	source, err := feed.New(c.store, feed.Options{Poll: time.Millisecond, Types: func(context.Context, scim.TenantID) (*scim.Types, error) { return c.tenant.Types, nil }})
	if err != nil {
		t.Fatal(err)
	}
	p := engine.New(c.store, engine.Options{})
	for n := 1; n <= steps; n++ {
		c.step(p)
		if n%4 == 0 {
			c.signIn()
			c.live(source, positions, 1+c.rnd.Int64N(6))
		}
		if n%16 == 0 {
			c.live(source, positions, -1)
			c.compare(n)
		}
	}
}
