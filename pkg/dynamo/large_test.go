package dynamo_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestHundredThousandMembers: a group is filled by PATCH requests with 1,000 members each, read, and
// changed by one member. The server process needs less than 512 MB.
func TestHundredThousandMembers(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	n := dynamotest.Size(2_000, 100_000)
	w := newWorld(t, scim.Limits{MaxMembers: 200_000})
	users := seed(t, w.store, n+1)
	extra := users[n]
	users = users[:n]
	cmd, c := w.spawn(t)
	g := c.create("/Groups", `{"displayName":"everybody"}`)
	for part := range slices.Chunk(users, 1000) {
		if status, m := c.do("PATCH", "/Groups/"+g, addMembers(part)); status != 204 {
			t.Fatalf("%d %v", status, m)
		}
	}
	if d := cmp.Diff(users, w.allMembers(t, g, 1000)); d != "" {
		t.Fatalf("members differ: %.500s", d)
	}
	for _, change := range []struct {
		body string
		want int
	}{
		{addMember(extra), n + 1},
		{ops(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, users[n/2])), n},
	} {
		if status, m := c.do("PATCH", "/Groups/"+g, change.body); status != 204 {
			t.Fatalf("%d %v", status, m)
		}
		_, m := c.do("GET", "/Groups/"+g, "")
		if members, _ := m["members"].([]any); len(members) != change.want {
			t.Fatalf("%d members, want %d", len(members), change.want)
		}
	}
	want := append(slices.Delete(slices.Clone(users), n/2, n/2+1), extra)
	if d := cmp.Diff(want, w.allMembers(t, g, 1000)); d != "" {
		t.Errorf("members differ: %.500s", d)
	}
	peak := peakMemory(t, cmd.Process.Pid)
	t.Logf("%d members, the server process needed up to %d MB", n, peak>>20)
	if peak > 512<<20 && !racing.Enabled {
		t.Errorf("%d MB", peak>>20)
	}
}
