package roles_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/roles"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const file = "admins: group \"Acme Admins\"\neditors:\n  - group \"Writers\"\n  - group \"acme admins\"\nnone: [group \"Missing\"]\n"

func parse(t *testing.T, text string) *roles.Mapping {
	t.Helper()
	m, err := roles.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParse(t *testing.T) {
	t.Parallel()
	m := parse(t, file)
	want := &roles.Mapping{Roles: []string{"admins", "editors", "none"}, Groups: map[string][]string{"admins": {"Acme Admins"}, "editors": {"Writers", "acme admins"}, "none": {"Missing"}}}
	if d := cmp.Diff(want, m); d != "" {
		t.Error("(-want +got):", d)
	}
	for text, want := range map[string]string{
		"": "no role", "[]": "no role", "a": "no role", "a: b": "line 1", "a: group": "line 1", "a: group x": "line 1", "x: group \"a\"\nx: group \"b\"": "line 2", "a: []": "no group",
		"a: {b: c}": "line 1", "a: group \"\"": "line 1", "a: [group \"x\", user \"y\"]": "line 1", "\t": "YAML",
	} {
		if _, err := roles.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// directory is a tenant that changes by chance.
type directory struct {
	*testing.T
	p      *engine.Provider
	tenant *scim.Tenant
	source *feed.Source
	users  []string
	groups []string
	rnd    *rand.Rand
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id, SharedGroupNames: true})
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	source, err := feed.New(store, feed.Options{Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return &directory{T: t, p: engine.New(store, engine.Options{}), tenant: acme, source: source, rnd: rand.New(rand.NewPCG(1, 2))}
}

func (d *directory) step() {
	d.Helper()
	ctx, user, group := d.Context(), scim.Target{Tenant: d.tenant, Type: schema.UserType()}, scim.Target{Tenant: d.tenant, Type: schema.GroupType()}
	pick := func(list []string) string { return list[d.rnd.IntN(len(list))] }
	name := func() string { return []string{"Acme Admins", "Writers", "Others"}[d.rnd.IntN(3)] }
	var err error
	switch n := d.rnd.IntN(12); {
	case n < 2 || len(d.users) == 0:
		var r *scim.Result
		if r, err = d.p.Create(ctx, user, map[string]any{"userName": fmt.Sprint("u", time.Now().UnixNano()), "active": d.rnd.IntN(4) > 0}, scim.Projection{}); err == nil {
			d.users = append(d.users, r.ID)
		}
	case n < 3 || len(d.groups) == 0:
		var r *scim.Result
		if r, err = d.p.Create(ctx, group, map[string]any{"displayName": name(), "members": []any{map[string]any{"value": pick(d.users)}}}, scim.Projection{}); err == nil {
			d.groups = append(d.groups, r.ID)
		}
	case n < 5:
		id := pick(d.users)
		_, err = d.p.Replace(ctx, user.Of(id), map[string]any{"userName": "u" + id, "active": d.rnd.IntN(2) > 0}, scim.Match{}, scim.Projection{})
	case n < 10:
		members := []any{}
		for range d.rnd.IntN(3) {
			members = append(members, map[string]any{"value": pick(d.users)})
		}
		_, err = d.p.Replace(ctx, group.Of(pick(d.groups)), map[string]any{"displayName": name(), "members": members}, scim.Match{}, scim.Projection{})
	case n < 11:
		id := pick(d.users)
		err = d.p.Delete(ctx, user.Of(id), scim.Match{})
		d.users = slices.DeleteFunc(d.users, func(o string) bool { return o == id })
	default:
		id := pick(d.groups)
		err = d.p.Delete(ctx, group.Of(id), scim.Match{})
		d.groups = slices.DeleteFunc(d.groups, func(o string) bool { return o == id })
	}
	if err != nil {
		d.Fatal(err)
	}
}

// now is the state by a snapshot.
func (d *directory) now(m *roles.Mapping) *roles.State {
	d.Helper()
	s := roles.NewState(m)
	for f, err := range d.source.Snapshot(d.Context(), d.tenant.ID) {
		if err != nil {
			d.Fatal(err)
		}
		s.Apply(&f)
	}
	return s
}

// TestState: facts lead from each state to the next one, forwards and backwards, whatever happens.
func TestState(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	m := parse(t, file)
	forwards := roles.NewState(m)
	var facts []feed.Fact
	var states []map[string][]string
	for range 300 {
		states = append(states, d.now(m).Users())
		d.step()
		more, err := d.source.Read(t.Context(), d.tenant.ID, int64(len(facts)), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i := range more {
			forwards.Apply(&more[i])
		}
		facts = append(facts, more...)
		if diff := cmp.Diff(d.now(m).Users(), forwards.Users()); diff != "" {
			t.Fatalf("after %s (-snapshot +facts): %s", more[len(more)-1].Type, diff)
		}
	}
	back, seen := d.now(m), len(states)
	for i := len(facts) - 1; i >= 0; i-- {
		back.Undo(&facts[i])
		// The facts of one step have one time of a request only by chance: compare where a whole step is undone.
		for seen > 0 && maps.EqualFunc(states[seen-1], back.Users(), slices.Equal[[]string]) {
			seen--
		}
	}
	if seen != 0 || len(back.Users()) != 0 {
		t.Errorf("backwards, %d of %d states are met, and %v is left", len(states)-seen, len(states), back.Users())
	}
	if got := d.now(m).Missing(); !slices.Contains(got, "Missing") {
		t.Error("missing groups:", got)
	}
}

// TestFollow: an application that sets what it is called with has the roles of the directory.
func TestFollow(t *testing.T) {
	t.Parallel()
	d := newDirectory(t)
	m := parse(t, file)
	for range 50 {
		d.step()
	}
	app := map[string][]string{}
	enough := errors.New("enough")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	calls := make(chan roles.Change, 10_000)
	done := async.Go(func() error {
		return roles.Follow(ctx, d.source, d.tenant.ID, m, func(_ context.Context, c roles.Change) error {
			if c.User == "" {
				return enough
			}
			calls <- c
			return nil
		})
	})
	for range 100 {
		d.step()
	}
	equal := func() bool {
		got := map[string][]string{}
		for _, user := range slices.Sorted(maps.Keys(app)) {
			for _, role := range app[user] {
				got[role] = append(got[role], user)
			}
		}
		return cmp.Equal(d.now(m).Users(), got)
	}
	for end := time.After(2 * time.Minute); ; {
		select {
		case c := <-calls:
			app[c.User] = c.Roles
			if len(calls) > 0 || !equal() {
				continue
			}
		case <-end:
			t.Fatalf("the application has %v, the directory %v", app, d.now(m).Users())
		}
		break
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
