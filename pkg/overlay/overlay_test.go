package overlay_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func acme(t testing.TB) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// create is the change that makes a resource with members.
func create(typ, id string, members ...string) scim.Change {
	c := scim.Change{
		Type: typ, ID: id, Now: start, Put: &scim.Resource{Document: []byte(`{}`), Created: start},
		Keys: []scim.IndexKey{{Attr: "name", Value: id, Unique: true}, {Attr: "kind", Value: "same"}},
	}
	for _, m := range members {
		c.AddMembers = append(c.AddMembers, scim.Member{ID: m, Type: "User"})
	}
	return c
}

func commit(t *testing.T, s scim.Store, c scim.Change) {
	t.Helper()
	if _, err := s.Commit(t.Context(), acme(t), c); err != nil {
		t.Fatal(err)
	}
}

// someChange is a change of one of a few users or groups.
func someChange(r *rand.Rand) scim.Change {
	typ, id := "User", fmt.Sprintf("u%d", r.IntN(8))
	if r.IntN(2) == 0 {
		typ, id = "Group", fmt.Sprintf("v%d", r.IntN(4))
	}
	c := create(typ, id)
	c.Now = start.Add(time.Duration(r.IntN(1000)) * time.Second)
	c.Keys[0].Value, c.Keys[1].Value = fmt.Sprint("name", r.IntN(12)), fmt.Sprint("kind", r.IntN(2))
	c.If = []int64{scim.IfAbsent, scim.IfAny, 1, 2}[r.IntN(4)]
	if c.If != scim.IfAbsent {
		switch r.IntN(4) {
		case 0:
			return scim.Change{Type: typ, ID: id, If: c.If, Now: c.Now, Remove: true}
		case 1:
			c.Put, c.Keys = nil, nil
		}
	}
	if typ == "Group" {
		c.ClearMembers = r.IntN(4) == 0
		for range r.IntN(3) {
			c.AddMembers = append(c.AddMembers, scim.Member{ID: fmt.Sprintf("u%d", r.IntN(4)), Type: "User"})
			c.RemoveMembers = append(c.RemoveMembers, fmt.Sprintf("u%d", 4+r.IntN(4)))
		}
	}
	return c
}

// TestLikeTheBase: after any changes, an overlay answers as a store that has carried all of them
// out, totals of lists included.
func TestLikeTheBase(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		whole, base := memory.New(), memory.New()
		dry := overlay.New(base)
		for n := range 40 {
			c := someChange(r)
			var under scim.Store = dry
			if n < 15 {
				under = base
			}
			want, wantErr := whole.Commit(t.Context(), acme(t), c)
			got, err := under.Commit(t.Context(), acme(t), c)
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("seed %d: %+v: %v, want %v", seed, c, err, wantErr)
			}
			if want != nil && (got == nil || got.Version != want.Version) {
				t.Fatalf("seed %d: %+v: %+v, want %+v", seed, c, got, want)
			}
		}
		if diff := cmp.Diff(answers(t, whole), answers(t, dry)); diff != "" {
			t.Fatalf("seed %d (-base +overlay):\n%s", seed, diff)
		}
	}
}

// answers is everything that a store says of a tenant.
func answers(t *testing.T, s scim.Store) []string {
	t.Helper()
	var out []string
	say := func(what string, v any, err error) { out = append(out, fmt.Sprintln(what, v, err)) }
	list := func(what string, l scim.List, err error) {
		var rs []string
		for _, r := range l.Resources {
			rs = append(rs, fmt.Sprint(r.Type, r.ID, r.Version, r.LastModified.Unix()))
		}
		say(what, []any{rs, l.More}, err)
	}
	pages := []scim.Page{{Limit: 100}, {Limit: 2}, {After: "u2", Limit: 2}, {Offset: 3, Limit: 2}, {}}
	for _, typ := range []string{"User", "Group"} {
		for _, p := range pages {
			l, err := s.List(t.Context(), acme(t), typ, p)
			list("list", l, err)
			say("total", l.Total, nil)
			for _, kind := range []string{"kind0", "kind1"} {
				l, err := s.Lookup(t.Context(), acme(t), typ, scim.IndexKey{Attr: "kind", Value: kind}, p)
				list("lookup", l, err)
			}
		}
	}
	for n := range 8 {
		id := fmt.Sprintf("u%d", n)
		of, err := s.MemberOf(t.Context(), acme(t), []string{id})
		say("groups", of[id], err)
	}
	for n := range 4 {
		for _, p := range pages {
			l, err := s.Members(t.Context(), acme(t), fmt.Sprintf("v%d", n), p)
			say("members", []any{l.Members, l.More}, err)
		}
	}
	return out
}

// TestEffects: what was written, and the groups that lost a member, whatever their type is called.
func TestEffects(t *testing.T) {
	t.Parallel()
	base := memory.New()
	for _, c := range []scim.Change{create("User", "u1"), create("User", "u2"), create("Team", "t1", "u1", "u2"), create("Team", "t2", "u1")} {
		commit(t, base, c)
	}
	dry := overlay.New(base)
	commit(t, dry, create("User", "u3"))
	commit(t, dry, scim.Change{Type: "User", ID: "u3", If: scim.IfAny, Now: start, Remove: true})
	commit(t, dry, scim.Change{Type: "User", ID: "u1", If: scim.IfAny, Now: start.Add(time.Hour), Remove: true})
	commit(t, dry, scim.Change{Type: "Team", ID: "t2", If: 2, Now: start, AddMembers: []scim.Member{{ID: "u2", Type: "User"}}})
	effects, err := dry.Effects(t.Context(), acme(t), "User", "Team", "Robot")
	if err != nil {
		t.Fatal(err)
	}
	version := func(r *scim.Resource) int64 {
		if r == nil {
			return 0
		}
		return r.Version
	}
	var got []string
	for _, e := range effects {
		got = append(got, fmt.Sprintf("%v %d→%d %v %v", e.Ref, version(e.Before), version(e.After), e.Added, e.Removed))
	}
	want := []string{"{Team t1} 1→2 [] [u1]", "{Team t2} 1→3 [u2] [u1]", "{User u1} 1→0 [] []"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r, err := dry.Get(t.Context(), acme(t), "Team", "t1"); err != nil || r.Version != 2 || !r.LastModified.Equal(start.Add(time.Hour)) {
		t.Error(r, err)
	}
	if r, err := base.Get(t.Context(), acme(t), "Team", "t1"); err != nil || r.Version != 1 {
		t.Error("the base has changed", r, err)
	}
	if other, err := dry.Effects(t.Context(), acme(t), "Robot"); err != nil || len(other) > 0 {
		t.Error(other, err)
	}
}

// TestLimit: a change beyond the limit is refused as a whole.
func TestLimit(t *testing.T) {
	t.Parallel()
	base := memory.New()
	for _, id := range []string{"a", "b", "c", "d", "u1"} {
		commit(t, base, create("User", id))
	}
	for _, c := range []scim.Change{create("Group", "g1", "u1"), create("Group", "g2", "u1"), create("Group", "g3", "a", "b", "c", "d")} {
		commit(t, base, c)
	}
	dry := overlay.New(base)
	dry.Limit = 2
	for name, c := range map[string]scim.Change{
		"a member of two groups": {Type: "User", ID: "u1", If: scim.IfAny, Now: start, Remove: true},
		"a group of four":        {Type: "Group", ID: "g3", If: scim.IfAny, Now: start, Remove: true},
		"the members of a group": {Type: "Group", ID: "g3", If: scim.IfAny, Now: start, ClearMembers: true},
	} {
		if _, err := dry.Commit(t.Context(), acme(t), c); !errors.Is(err, overlay.ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if effects, err := dry.Effects(t.Context(), acme(t), "User", "Group"); err != nil || len(effects) > 0 {
		t.Error("a refused change has effects", effects, err)
	}
	commit(t, dry, create("User", "u2"))
	commit(t, dry, create("User", "u3"))
	commit(t, dry, scim.Change{Type: "User", ID: "u3", If: 1, Now: start, Put: &scim.Resource{Document: []byte(`{}`)}})
	if _, err := dry.Commit(t.Context(), acme(t), create("User", "u4")); !errors.Is(err, overlay.ErrLimit) {
		t.Error(err)
	}
	dry.Limit = 5
	if _, err := dry.Commit(t.Context(), acme(t), scim.Change{Type: "Group", ID: "g3", If: scim.IfAny, Now: start, ClearMembers: true}); err != nil {
		t.Error(err)
	}
}

// TestManyMembers: all members of a large group are found, page by page.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	ids := make([]string, 2500)
	for i := range ids {
		ids[i] = fmt.Sprintf("u%05d", i)
	}
	base := memory.New()
	for _, id := range append([]string{"new"}, ids...) {
		commit(t, base, create("User", id))
	}
	commit(t, base, create("Group", "g1", ids...))
	dry := overlay.New(base)
	commit(t, dry, scim.Change{Type: "Group", ID: "g1", If: 1, Now: start, ClearMembers: true, AddMembers: []scim.Member{{ID: ids[7], Type: "User"}, {ID: "new", Type: "User"}}})
	effects, err := dry.Effects(t.Context(), acme(t), "Group")
	if err != nil || len(effects) != 1 || !slices.Equal(effects[0].Added, []string{"new"}) || len(effects[0].Removed) != len(ids)-1 {
		t.Error(effects, err)
	}
}
