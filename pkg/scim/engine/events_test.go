package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// watched is a world with hooks that write down what they see.
type watched struct {
	*world
	store scim.Store

	mu            sync.Mutex
	before, after []string
	decide        scim.BeforeHook // after the event was written down
}

func watch(t *testing.T, store scim.Store, c scim.TenantConfig) *watched {
	t.Helper()
	w := &watched{world: begin(t, c), store: store}
	n := 0
	w.Provider = engine.New(store, engine.Options{
		PublicBase: "https://x", NewID: func() string { n++; return fmt.Sprintf("id-%d", n) },
		Hash: func(s string) (string, error) { return "hash of " + s, nil },
		Before: []scim.BeforeHook{func(ctx context.Context, e *scim.Event) error {
			w.mu.Lock()
			w.before = append(w.before, line(e))
			w.mu.Unlock()
			if w.decide != nil {
				return w.decide(ctx, e)
			}
			return nil
		}},
		After: []scim.AfterHook{func(_ context.Context, e *scim.Event) {
			w.mu.Lock()
			w.after = append(w.after, line(e))
			w.mu.Unlock()
		}},
	})
	return w
}

// line is an event in one line.
func line(e *scim.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Type.Name, e.ID())
	for word, is := range map[string]bool{"new": e.Created(), "gone": e.Deleted()} {
		if is {
			b.WriteString(" " + word)
		}
	}
	for _, f := range []struct {
		word string
		is   bool
	}{{"on", e.Activated()}, {"off", e.Deactivated()}, {"rehearsed", e.Rehearsal}} {
		if f.is {
			b.WriteString(" " + f.word)
		}
	}
	for _, m := range e.Joined {
		b.WriteString(" +" + m.ID + ":" + m.Type + ":" + m.Display)
	}
	for _, m := range e.Left {
		b.WriteString(" -" + m.ID + ":" + m.Type + ":" + m.Display)
	}
	if e.Cause != nil {
		b.WriteString(" because of " + e.Cause.ID)
	}
	if e.Attempt != 1 {
		fmt.Fprintf(&b, " attempt %d", e.Attempt)
	}
	return b.String()
}

// seen takes what the hooks have seen since the last call, and checks that both saw the same.
func (w *watched) seen(want ...string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.before, want) || !slices.Equal(w.after, want) {
		w.Errorf("before %q\n after %q\n  want %q", w.before, w.after, want)
	}
	w.before, w.after = nil, nil
}

const userSchema, groupSchema = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`, `"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]`

// people makes users id-1 to id-3 (a, b, c) and the group id-4 of the first two.
func (w *watched) people() {
	w.Helper()
	for _, name := range []string{"a", "b", "c"} {
		w.create("User", `{%s,"userName":%q}`, userSchema, name)
	}
	w.create("Group", `{%s,"displayName":"g","members":[{"value":"id-1"},{"value":"id-2"}]}`, groupSchema)
	w.seen("User id-1 new on", "User id-2 new on", "User id-3 new on", "Group id-4 new +id-1:User:a +id-2:User:b")
}

// TestMembershipEvents: whatever the request looks like, hooks see who joined and who left, and no
// others.
func TestMembershipEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patch, put string
		want       string // "": there is no event
	}{
		"add":                          {patch: `[{"op":"add","path":"members","value":[{"value":"id-3"}]}]`, want: "+id-3:User:c"},
		"add a member":                 {patch: `[{"op":"add","path":"members","value":[{"value":"id-1"}]}]`},
		"add both":                     {patch: `[{"op":"add","path":"members","value":[{"value":"id-1"},{"value":"id-3"},{"value":"id-3"}]}]`, want: "+id-3:User:c"},
		"add unknown":                  {patch: `[{"op":"add","path":"members","value":[{"value":"unknown"}]}]`},
		"remove":                       {patch: `[{"op":"remove","path":"members[value eq \"id-1\"]"}]`, want: "-id-1:User:a"},
		"remove a stranger":            {patch: `[{"op":"remove","path":"members[value eq \"id-3\"]"}]`},
		"remove by value":              {patch: `[{"op":"remove","path":"members","value":[{"value":"id-2"},{"value":"id-3"}]}]`, want: "-id-2:User:b"},
		"remove by name":               {patch: `[{"op":"remove","path":"members[display eq \"b\"]"}]`, want: "-id-2:User:b"},
		"remove all":                   {patch: `[{"op":"remove","path":"members"}]`, want: "-id-1:User:a -id-2:User:b"},
		"remove each":                  {patch: `[{"op":"remove","path":"members[value pr]"}]`, want: "-id-1:User:a -id-2:User:b"},
		"replace":                      {patch: `[{"op":"replace","path":"members","value":[{"value":"id-2"},{"value":"id-3"}]}]`, want: "+id-3:User:c -id-1:User:a"},
		"replace by none":              {patch: `[{"op":"replace","path":"members","value":[]}]`, want: "-id-1:User:a -id-2:User:b"},
		"add and remove":               {patch: `[{"op":"add","path":"members","value":[{"value":"id-3"}]},{"op":"remove","path":"members[value eq \"id-1\"]"}]`, want: "+id-3:User:c -id-1:User:a"},
		"rename and remove":            {patch: `[{"op":"replace","path":"displayName","value":"h"},{"op":"remove","path":"members"}]`, want: "-id-1:User:a -id-2:User:b"},
		"PUT without members":          {put: `{` + groupSchema + `,"displayName":"g"}`, want: "-id-1:User:a -id-2:User:b"},
		"PUT of others":                {put: `{` + groupSchema + `,"displayName":"g","members":[{"value":"id-3"},{"value":"id-2"}]}`, want: "+id-3:User:c -id-1:User:a"},
		"PUT of the same":              {put: `{` + groupSchema + `,"displayName":"g","members":[{"value":"id-2"},{"value":"id-1"}]}`},
		"PUT of a name":                {put: `{` + groupSchema + `,"displayName":"h","members":[{"value":"id-2"},{"value":"id-1"}]}`, want: " "},
		"PATCH of the name it has":     {patch: `[{"op":"replace","path":"displayName","value":"g"}]`},
		"PATCH of the name and a join": {patch: `[{"op":"replace","path":"displayName","value":"g"},{"op":"add","path":"members","value":[{"value":"id-3"}]}]`, want: "+id-3:User:c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, memory.New(), scim.TenantConfig{})
			w.people()
			var err error
			if c.put != "" {
				_, err = w.put("Group", "id-4", c.put)
			} else {
				_, err = w.patch("Group", "id-4", c.patch)
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				w.seen()
				return
			}
			w.seen(strings.TrimSpace("Group id-4 " + c.want))
		})
	}
}

// TestDeletionEvents: a deleted group names all who leave it, and each group that loses a deleted
// member is an event of its own, with its new version.
func TestDeletionEvents(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	w.people()
	w.create("Group", `{%s,"displayName":"outer","members":[{"value":"id-4"},{"value":"id-1"}]}`, groupSchema)
	w.seen("Group id-5 new +id-1:User:a +id-4:Group:g")
	versions := map[string]int64{}
	w.decide = func(_ context.Context, e *scim.Event) error {
		versions[e.ID()] = e.Resource().Version
		return nil
	}
	remove := func(typ, id string) {
		t.Helper()
		if err := w.Delete(t.Context(), w.at(typ, id), scim.Match{}); err != nil {
			t.Fatal(err)
		}
	}
	remove("User", "id-1")
	w.seen("User id-1 gone off", "Group id-4 -id-1:User:a because of id-1", "Group id-5 -id-1:User:a because of id-1")
	remove("Group", "id-4")
	w.seen("Group id-4 gone -id-2:User:b", "Group id-5 -id-4:Group:g because of id-4")
	if versions["id-5"] != 2 {
		t.Errorf("the version before: %v", versions)
	}
	w.decide = func(context.Context, *scim.Event) error { return scim.Refuse(409, "", "never") }
	if err := w.Delete(t.Context(), w.at("Group", "id-5"), scim.Match{}); scim.AsError(err).Status != 409 {
		t.Error(err)
	}
	w.get("Group", "id-5")
}

// TestUserEvents: what makes a user able to sign in, and what ends that.
func TestUserEvents(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	active := func(v string) {
		t.Helper()
		if _, err := w.patch("User", "id-1", `[{"op":"replace","path":"active","value":`+v+`}]`); err != nil {
			t.Fatal(err)
		}
	}
	w.create("User", `{%s,"userName":"a","active":false}`, userSchema)
	w.seen("User id-1 new")
	active("true")
	w.seen("User id-1 on")
	active("true")
	w.seen()
	active("false")
	w.seen("User id-1 off")
	active("false")
	w.seen()
	if err := w.Delete(t.Context(), w.at("User", "id-1"), scim.Match{}); err != nil {
		t.Fatal(err)
	}
	w.seen("User id-1 gone")
}

// with is a provider over the same store with other hooks.
func (w *watched) with(before []scim.BeforeHook, after []scim.AfterHook) *engine.Provider {
	return engine.New(w.store, engine.Options{PublicBase: "https://x", Before: before, After: after})
}

// engineOver is a provider without hooks.
func engineOver(store scim.Store) *engine.Provider {
	return engine.New(store, engine.Options{PublicBase: "https://x"})
}
