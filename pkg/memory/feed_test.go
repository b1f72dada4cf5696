package memory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

func acme(t *testing.T) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestFeedAllocations: the feed costs at most one allocation for each write: the members who have joined or left.
func TestFeedAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	id := acme(t)
	measure := func(keep scim.Retention, write func(s *memory.Store, n int)) float64 {
		s, n := memory.NewWith(memory.Options{Feed: keep}), 0
		for _, c := range []scim.Change{
			{Type: "User", ID: "u", Put: &scim.Resource{}}, {Type: "Group", ID: "g", Put: &scim.Resource{}},
		} {
			if _, err := s.Commit(t.Context(), id, c); err != nil {
				t.Fatal(err)
			}
		}
		return testing.AllocsPerRun(500, func() { n++; write(s, n) })
	}
	ctx := context.Background()
	for name, write := range map[string]func(*memory.Store, int){
		"create": func(s *memory.Store, n int) {
			_, _ = s.Commit(ctx, id, scim.Change{Type: "User", ID: fmt.Sprint("x", n), Put: &scim.Resource{}})
		},
		"put": func(s *memory.Store, _ int) {
			_, _ = s.Commit(ctx, id, scim.Change{Type: "User", ID: "u", If: scim.IfAny, Put: &scim.Resource{}})
		},
		"member": func(s *memory.Store, n int) {
			c := scim.Change{Type: "Group", ID: "g", If: scim.IfAny}
			if n%2 == 0 {
				c.RemoveMembers = []string{"u"}
			} else {
				c.AddMembers = []scim.Member{{ID: "u", Type: "User"}}
			}
			_, _ = s.Commit(ctx, id, c)
		},
	} {
		with, without := measure(scim.Retention{}, write), measure(scim.Retention{Age: -1}, write)
		t.Logf("%s: %v allocations, %v without a feed", name, with, without)
		if with > without+1 {
			t.Errorf("%s: %v allocations, %v without a feed", name, with, without)
		}
	}
}

// TestFeedBounds: the feed of a tenant has at most so many entries and bytes, and none that is too old.
func TestFeedBounds(t *testing.T) {
	t.Parallel()
	id, now := acme(t), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		keep  scim.Retention
		pass  time.Duration // after each write
		first int64
	}{
		"entries": {scim.Retention{Entries: 4}, 0, 7}, "bytes": {scim.Retention{Bytes: 4000}, 0, 8},
		"age": {scim.Retention{Age: time.Hour}, 25 * time.Minute, 9}, "all": {scim.Retention{}, time.Hour, 1},
	} {
		s := memory.NewWith(memory.Options{Feed: c.keep, Now: func() time.Time { return now }})
		for n := range 10 {
			change := scim.Change{Type: "User", ID: "u", If: min(int64(n), 1) * scim.IfAny, Put: &scim.Resource{Document: make([]byte, 1000)}}
			if _, err := s.Commit(t.Context(), id, change); err != nil {
				t.Fatal(err)
			}
			now = now.Add(c.pass)
		}
		_, err := s.Entries(t.Context(), id, -1, 100)
		var gone *scim.GoneError
		if !errors.As(err, &gone) || gone.First != c.first || gone.Last != 10 {
			t.Errorf("%s: %v, want the first one to be %d", name, err, c.first)
		}
		if list, err := s.Entries(t.Context(), id, c.first-1, 100); err != nil || int64(len(list)) != 11-c.first {
			t.Errorf("%s: %d entries, %v", name, len(list), err)
		}
	}
	none := memory.NewWith(memory.Options{Feed: scim.Retention{Age: -1}})
	if _, err := none.Entries(t.Context(), id, 0, 1); !errors.Is(err, scim.ErrNoFeed) {
		t.Error(err)
	}
	if _, err := none.Last(t.Context(), id); !errors.Is(err, scim.ErrNoFeed) {
		t.Error(err)
	}
}

// TestFeedBlocks: any part of a feed can be read, while its oldest entries go and changes have one entry or
// several.
func TestFeedBlocks(t *testing.T) {
	t.Parallel()
	id := acme(t)
	const kept = 150
	s := memory.NewWith(memory.Options{Feed: scim.Retention{Entries: kept}})
	write := func(c scim.Change) {
		t.Helper()
		if _, err := s.Commit(t.Context(), id, c); err != nil {
			t.Fatal(err)
		}
	}
	var members []scim.Member
	for n := range 1200 {
		u := fmt.Sprint("u", n)
		write(scim.Change{Type: "User", ID: u, Put: &scim.Resource{}})
		members = append(members, scim.Member{ID: u, Type: "User"})
		if n%400 == 399 { // one number, and one for each member, in entries of scim.EntryMembers
			write(scim.Change{Type: "Group", ID: fmt.Sprint("g", n), Put: &scim.Resource{}, AddMembers: members})
		}
		last, err := s.Last(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if n%10 != 0 && n%400 != 399 {
			continue
		}
		var gone *scim.GoneError
		_, err = s.Entries(t.Context(), id, -1, 1)
		if !errors.As(err, &gone) || gone.Last != last {
			t.Fatalf("%d: %v, want all up to %d", n, err, last)
		}
		whole, err := s.Entries(t.Context(), id, gone.First-1, 2*kept)
		if err != nil || len(whole) > kept || n >= kept && len(whole) != kept || whole[0].First != gone.First || whole[len(whole)-1].Last != last {
			t.Fatalf("%d: %d entries, %v", n, len(whole), err)
		}
		for i, e := range whole {
			if i > 0 && e.First != whole[i-1].Last+1 {
				t.Fatalf("%d: %d follows %d", n, e.First, whole[i-1].Last)
			}
			want := whole[i+1 : min(i+4, len(whole))]
			part, err := s.Entries(t.Context(), id, e.Last, 3)
			if err != nil || len(part) != len(want) || len(part) > 0 && (part[0].First != want[0].First || part[len(part)-1].Last != want[len(want)-1].Last) {
				t.Fatalf("%d, after %d: %d entries, want %d, %v", n, e.Last, len(part), len(want), err)
			}
		}
	}
}
