package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// counting counts the calls that read edges.
type counting struct {
	scim.Store
	calls atomic.Int32
}

func (c *counting) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	c.calls.Add(1)
	return c.Store.MemberOf(ctx, t, ids)
}

func (c *counting) Members(ctx context.Context, t scim.TenantID, group string, pg scim.Page) (scim.MemberList, error) {
	c.calls.Add(1)
	return c.Store.Members(ctx, t, group, pg)
}

// nest is a world with one user, and groups over it that are named by their level.
type nest struct {
	*world
	store  *counting
	groups []string
	user   string
}

// chain nests n groups: the user is a member of the first.
func chain(t *testing.T, n, limit int) *nest {
	t.Helper()
	w := &nest{world: begin(t, scim.TenantConfig{Limits: scim.Limits{MaxNesting: limit}}), store: &counting{Store: memory.New()}}
	w.Provider = engine.New(w.store, engine.Options{PublicBase: "https://x"})
	w.user = w.create("User", `{"userName":"u"}`).ID
	inner := w.user
	for i := range n {
		inner = w.create("Group", `{"displayName":"g%d","members":[{"value":%q}]}`, i, inner).ID
		w.groups = append(w.groups, inner)
	}
	return w
}

func (w *nest) join(outer, inner int) {
	w.Helper()
	if _, err := w.patch("Group", w.groups[outer], `[{"op":"add","path":"members","value":[{"value":"`+w.groups[inner]+`"}]}]`); err != nil {
		w.Fatal(err)
	}
}

// read returns the groups of the user, the notes, and what the answer cost.
func (w *nest) read() (groups, notes []string, calls int) {
	w.Helper()
	w.store.calls.Store(0)
	res, err := w.Get(w.Context(), w.at("User", w.user), scim.Projection{})
	if err != nil {
		w.Fatal(err)
	}
	calls = int(w.store.calls.Load())
	list, _ := w.doc(res.Body, nil)["groups"].([]any)
	for _, g := range list {
		groups = append(groups, g.(map[string]any)["value"].(string)) //nolint:forcetypeassert // the schema says so
	}
	return groups, res.Notes, calls
}

// TestNestingCost (L-05, L-06): the round trips of a read are bounded by MaxNesting, whatever is nested. Groups
// further up are left out, with a note, and a filter of the members of a group agrees.
func TestNestingCost(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 10, 11, 12, 100, 300} {
		w := chain(t, n, 0)
		groups, notes, calls := w.read()
		shown := min(n, 11) // the direct one, and ten levels
		if !slices.Equal(groups, w.groups[:shown]) || calls > 12 || calls > n+1 {
			t.Errorf("chain of %d: %d groups, %d calls", n, len(groups), calls)
		}
		if noted(notes) != (n > shown) {
			t.Errorf("chain of %d: %q", n, notes)
		}
		for i, g := range w.groups {
			w.store.calls.Store(0)
			found := w.find("User", `groups.value eq "`+g+`"`, nil)
			if found.Total == 1 != (i < shown) || noted(found.Notes) != (i >= shown || n > shown) {
				t.Errorf("chain of %d: the filter of level %d finds %d, %q", n, i, found.Total, found.Notes)
			}
			if c := w.store.calls.Load(); c > 24 {
				t.Errorf("chain of %d: the filter of level %d costs %d calls", n, i, c)
			}
		}
		all := w.find("User", `groups.display sw "g"`, nil)
		if all.Total != 1 || len(all.Notes) > 1 || noted(all.Notes) != (n > shown) {
			t.Errorf("chain of %d: a search gives %d, %q", n, all.Total, all.Notes)
		}
	}
}

func noted(notes []string) bool {
	return slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "MaxNesting") })
}

// TestNestingShapes: cycles and diamonds are no deeper than their levels, a level counts from the
// resource that is shown, and the limit is that of the tenant.
func TestNestingShapes(t *testing.T) {
	t.Parallel()
	t.Run("cycle", func(t *testing.T) {
		t.Parallel()
		w := chain(t, 4, 3)
		w.join(0, 3)
		if groups, notes, calls := w.read(); !slices.Equal(groups, w.groups) || noted(notes) || calls > 5 {
			t.Error(groups, notes, calls)
		}
	})
	t.Run("long cycle", func(t *testing.T) {
		t.Parallel()
		w := chain(t, 50, 3)
		w.join(0, 49)
		if groups, notes, calls := w.read(); !slices.Equal(groups, w.groups[:4]) || !noted(notes) || calls > 5 {
			t.Error(groups, notes, calls)
		}
	})
	t.Run("diamonds", func(t *testing.T) {
		t.Parallel()
		w := chain(t, 9, 5)
		for i := range 7 {
			w.join(i+2, i) // each level is also a member of the next but one
		}
		groups, notes, calls := w.read()
		slices.Sort(groups)
		if want := slices.Sorted(slices.Values(w.groups)); !slices.Equal(groups, want) || noted(notes) || calls > 7 {
			t.Error(groups, notes, calls)
		}
	})
	t.Run("users of several levels", func(t *testing.T) {
		t.Parallel()
		w := chain(t, 9, 2)
		high := w.create("User", `{"userName":"high"}`).ID
		if _, err := w.patch("Group", w.groups[2], `[{"op":"add","path":"members","value":[{"value":"`+high+`"}]}]`); err != nil {
			t.Fatal(err)
		}
		found := w.find("User", "", nil) // the levels of one user do not count for another
		for i, from := range []int{0, 2} {
			list, _ := w.doc(found.Resources[i], nil)["groups"].([]any)
			if got, want := fmt.Sprint(len(list), list[len(list)-1].(map[string]any)["value"]), fmt.Sprint(3, w.groups[from+2]); got != want {
				t.Errorf("user %d: %s, not %s", i, got, want)
			}
		}
		if !noted(found.Notes) || len(found.Notes) != 1 {
			t.Error(found.Notes)
		}
	})
}
