package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestHookRefusals: only a *scim.Error of a hook is an answer. Whatever else it returns or does is a
// fault of the hook with its cause, also what means something else when a store returns it.
func TestHookRefusals(t *testing.T) {
	t.Parallel()
	boom := errors.New("the application's database is down")
	teapot := scim.Refuse(418, scim.InvalidValue, "not today")
	for name, c := range map[string]struct {
		hook   func() error
		status int
		cause  string
	}{
		"refusal":             {func() error { return teapot }, 418, ""},
		"wrapped refusal":     {func() error { return errors.Join(boom, teapot) }, 418, ""},
		"code":                {func() error { return scim.NewError(scim.CodeBusy, "later") }, 503, ""},
		"refusal of a race":   {func() error { return scim.Refuse(409, "", "x").Because(scim.ErrVersion) }, 409, ""},
		"refusal of a member": {func() error { return scim.Refuse(409, "", "x").Because(&scim.MissingError{IDs: []string{"x"}}) }, 409, ""},
		"plain":               {func() error { return boom }, 500, "database is down"},
		"nil refusal":         {func() error { var e *scim.Error; return e }, 500, "hook"},
		"no status":           {func() error { return new(scim.Error) }, 500, "hook"},
		"no error":            {func() error { return &scim.Error{Status: 204} }, 500, "hook"},
		"no HTTP status":      {func() error { return &scim.Error{Status: 1000} }, 500, "hook"},
		"high refusal":        {func() error { return scim.Refuse(1000, "", "x") }, 599, ""},
		"lost race":           {func() error { return scim.ErrVersion }, 500, "version"},
		"not found":           {func() error { return scim.ErrNotFound }, 500, "not found"},
		"taken":               {func() error { return &scim.TakenError{Attr: "x"} }, 500, "taken"},
		"missing":             {func() error { return &scim.MissingError{IDs: []string{"x"}} }, 500, "do not exist"},
		"own deadline":        {func() error { return context.DeadlineExceeded }, 500, "deadline"},
		"panic":               {func() error { panic("hook panics") }, 500, "hook panics"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, memory.New(), scim.TenantConfig{})
			w.people()
			calls := 0
			w.decide = func(context.Context, *scim.Event) error { calls++; return c.hook() }
			writes := []func() error{
				func() error {
					_, err := w.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "d"}, scim.Projection{})
					return err
				},
				func() error { _, err := w.put("User", "id-1", `{`+userSchema+`,"userName":"d"}`); return err },
				func() error {
					_, err := w.patch("Group", "id-4", `[{"op":"add","path":"members","value":[{"value":"id-3"}]}]`)
					return err
				},
				func() error { return w.Delete(t.Context(), w.at("User", "id-1"), scim.Match{}) },
			}
			for i, write := range writes {
				err := write()
				e := scim.AsError(err)
				if err == nil || e.Status != c.status || (c.status == 500) != (e.Code == scim.CodeHook) {
					t.Errorf("%d: %v", i, err)
				}
				if c.cause != "" && (e.Cause == nil || !strings.Contains(e.Cause.Error(), c.cause) || e.Detail != "internal error") {
					t.Errorf("%d: cause %v, detail %s", i, e.Cause, e.Detail)
				}
			}
			if calls != len(writes) || len(w.after) > 0 {
				t.Errorf("%d calls for %d writes; after %q", calls, len(writes), w.after)
			}
			if n := w.find("User", "userName pr", nil).Total; n != 3 {
				t.Errorf("%d users", n)
			}
		})
	}
}

// TestHookEnd: a hook that ends with its request is answered as the end of the request.
func TestHookEnd(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	w.decide = func(ctx context.Context, _ *scim.Event) error { cancel(); <-ctx.Done(); return ctx.Err() }
	if _, err := w.Create(ctx, w.at("User", ""), map[string]any{"userName": "d"}, scim.Projection{}); scim.AsError(err).Code != scim.CodeTimeout {
		t.Error(err)
	}
}

// TestAfterPanic: an After hook that panics fails the request, not the process; the change stands and
// the other hooks are told.
func TestAfterPanic(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	w.people()
	told := 0
	w.Provider = w.with(nil, []scim.AfterHook{
		func(context.Context, *scim.Event) { panic("after") },
		func(_ context.Context, e *scim.Event) { told++; e.After = nil },
		func(_ context.Context, e *scim.Event) {
			if told++; e.After == nil {
				t.Error("a hook has changed what the next one sees")
			}
		},
	})
	_, err := w.patch("User", "id-1", `[{"op":"add","path":"title","value":"t"}]`)
	if e := scim.AsError(err); e == nil || e.Code != scim.CodeHook || !strings.Contains(e.Cause.Error(), "after") || told != 2 {
		t.Error(err, told)
	}
	if w.get("User", "id-1")["title"] != "t" {
		t.Error("the change is gone")
	}
}

// TestRehearsal: a rehearsal tells Before hooks what it is and no After hook anything; nothing is stored.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	w.people()
	real := w.Provider
	dry := overlay.New(w.store)
	p := real.Rehearse(dry, func() string { return "new-1" })
	if _, err := p.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "d", "password": "p"}, scim.Projection{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Delete(t.Context(), w.at("User", "id-1"), scim.Match{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"User new-1 new on rehearsed", "User id-1 gone off rehearsed", "Group id-4 rehearsed -id-1:User:a because of id-1"}
	if !slices.Equal(w.before, want) || len(w.after) > 0 {
		t.Errorf("before %q after %q", w.before, w.after)
	}
	made, err := dry.Get(t.Context(), w.tenant.ID, "User", "new-1")
	if err != nil || strings.Contains(string(made.Hidden), "hash of") {
		t.Error("a rehearsal hashes passwords", err)
	}
	w.get("User", "id-1")
	w.before = nil
	if err := w.Delete(t.Context(), w.at("User", "id-1"), scim.Match{}); err != nil {
		t.Fatal(err)
	}
	w.seen("User id-1 gone off", "Group id-4 -id-1:User:a because of id-1")
}

// rival is a store in which another writer changes the resource just before the first commits.
type rival struct {
	scim.Store
	first func()
}

func (r *rival) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if first := r.first; first != nil {
		r.first = nil
		first()
	}
	return r.Store.Commit(ctx, t, c)
}

// TestHookRace: after a lost race a Before hook is called again with the new state, on which nothing of
// its first call is left; After hooks are called once, with what is stored. A decision about the
// members of a group holds for the members that the hook has seen.
func TestHookRace(t *testing.T) {
	t.Parallel()
	store := &rival{Store: memory.New()}
	w := watch(t, store, scim.TenantConfig{})
	w.people()
	rivals := func(ops string) {
		other := *w.world
		other.Provider = engineOver(store.Store)
		typ, id := "User", "id-1"
		if strings.Contains(ops, "members") {
			typ, id = "Group", "id-4"
		}
		if _, err := other.patch(typ, id, ops); err != nil {
			t.Error(err)
		}
	}
	var titles []any
	w.decide = func(_ context.Context, e *scim.Event) error {
		return e.Edit(func(a map[string]any) {
			titles = append(titles, a["title"])
			before, _ := a["title"].(string)
			a["title"] = before + "!"
		})
	}
	store.first = func() { rivals(`[{"op":"add","path":"title","value":"x"}]`) }
	if _, err := w.patch("User", "id-1", `[{"op":"replace","path":"active","value":false}]`); err != nil {
		t.Fatal(err)
	}
	if got := w.get("User", "id-1"); got["title"] != "x!" || !slices.Equal(titles, []any{nil, "x"}) {
		t.Errorf("title %v, seen %v", got["title"], titles)
	}
	if want := []string{"User id-1 off", "User id-1 off attempt 2"}; !slices.Equal(w.before, want) || !slices.Equal(w.after, want[1:]) {
		t.Errorf("before %q, after %q", w.before, w.after)
	}
	w.before, w.after = nil, nil
	left := 2
	w.decide = func(_ context.Context, e *scim.Event) error {
		list, err := store.Members(t.Context(), w.tenant.ID, e.ID(), scim.Page{Limit: 10})
		if left = len(list.Members) - len(e.Left); left == 0 {
			return scim.Refuse(409, "", "the last member stays")
		}
		return err
	}
	store.first = func() { rivals(`[{"op":"remove","path":"members[value eq \"id-1\"]"}]`) }
	if _, err := w.patch("Group", "id-4", `[{"op":"remove","path":"members[value eq \"id-2\"]"}]`); scim.AsError(err) == nil || scim.AsError(err).Status != 409 {
		t.Errorf("two writers have removed the last two members: %v", err)
	}
}

// TestHookEdit: what a hook changes is stored as if a client had sent it: canonical, with its keys and
// its name in groups; what it cannot change stays, and what does not fit is the hook's fault.
func TestHookEdit(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	edit := func(change func(a map[string]any)) {
		w.decide = func(_ context.Context, e *scim.Event) error {
			if e.Deleted() || e.Cause != nil {
				return nil
			}
			return e.Edit(change)
		}
	}
	edit(func(a map[string]any) {
		a["userName"], a["externalId"], a["password"], a["id"] = "renamed", "e-1", "plain", "other"
		a["emails"] = []map[string]any{{"value": "r@x.example", "primary": true}}
		a[schema.URNEnterpriseUser] = map[string]any{"department": "d"}
	})
	id := w.create("User", `{%s,"userName":"a","password":"secret"}`, userSchema).ID
	got := w.get("User", id)
	if got["userName"] != "renamed" || got["id"] != id || got["externalId"] != "e-1" || len(got["schemas"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
	for _, f := range []string{`userName eq "renamed"`, `externalId eq "e-1"`, `emails.value eq "r@x.example"`} {
		if w.find("User", f, nil).Total != 1 {
			t.Error("not found:", f)
		}
	}
	if r, _ := w.store.Get(t.Context(), w.tenant.ID, "User", id); !strings.Contains(string(r.Hidden), "hash of secret") {
		t.Errorf("password: %s", r.Hidden)
	}
	edit(func(a map[string]any) { a["title"] = "t" })
	if id := w.create("User", `{%s,"userName":"odd","active":"True","unknown":1,"locale":"n/a","emails":[{"value":"no address"}]}`, userSchema).ID; w.get("User", id)["title"] != "t" {
		t.Error("what a tolerant tenant has let pass is no fault of the hook")
	}
	edit(func(a map[string]any) { a["displayName"] = "named by a hook" })
	group := w.create("Group", `{%s,"displayName":"g"}`, groupSchema).ID
	if w.get("Group", group)["displayName"] != "named by a hook" {
		t.Error("a new group")
	}
	edit(func(a map[string]any) { a["displayName"] = "and again" })
	if _, err := w.patch("Group", group, `[{"op":"add","path":"members","value":[{"value":"`+id+`"}]}]`); err != nil {
		t.Fatal(err)
	}
	if g := w.get("Group", group); g["displayName"] != "and again" || len(g["members"].([]any)) != 1 {
		t.Errorf("an edit with a change of members alone: %v", g)
	}
	for name, change := range map[string]func(map[string]any){
		"unknown": func(a map[string]any) { a["userNaem"] = "x" }, "type": func(a map[string]any) { a["active"] = "perhaps" },
		"required": func(a map[string]any) { delete(a, "userName") },
	} {
		edit(change)
		if _, err := w.patch("User", id, `[{"op":"replace","path":"title","value":"`+name+`"}]`); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeHook {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.decide = func(_ context.Context, e *scim.Event) error { return e.Edit(func(map[string]any) {}) }
	if err := w.Delete(t.Context(), w.at("User", id), scim.Match{}); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeHook || strings.Contains(scim.AsError(err).Cause.Error(), "panic") {
		t.Errorf("an edit of a deletion: %v", err)
	}
	w.decide = func(_ context.Context, e *scim.Event) error { e.After = nil; return nil }
	if _, err := w.patch("User", id, `[{"op":"replace","path":"title","value":"x"}]`); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeHook {
		t.Errorf("a hook turns a change into a removal: %v", err)
	}
	w.decide = func(_ context.Context, e *scim.Event) error {
		if e.Cause != nil {
			e.After = e.Before
			return e.Edit(func(a map[string]any) { a["displayName"] = "x" })
		}
		return nil
	}
	if err := w.Delete(t.Context(), w.at("User", id), scim.Match{}); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeHook {
		t.Errorf("a hook changes a group that only loses a member: %v", err)
	}
}

// TestHookOwnsEvent: a hook may keep its event, and may change the lists of it: neither the change nor what other hooks
// see is another one by that, and what it has kept stays as it left it.
func TestHookOwnsEvent(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	w.people()
	var kept []*scim.Event
	var were, after []string
	spoil := func(e *scim.Event) {
		for _, list := range [][]scim.Member{e.Joined, e.Left} {
			clear(list)
			_ = append(list, scim.Member{ID: "id-3", Type: "User"})
		}
		kept, were = append(kept, e), append(were, line(e))
	}
	edit := func(_ context.Context, e *scim.Event) error {
		spoil(e)
		if e.Type.IsGroup() && !e.Deleted() {
			return e.Edit(func(attributes map[string]any) { attributes["displayName"] = "edited" })
		}
		return nil
	}
	look := func(_ context.Context, e *scim.Event) { after = append(after, line(e)) }
	p := w.with([]scim.BeforeHook{edit, func(_ context.Context, e *scim.Event) error { spoil(e); return nil }},
		[]scim.AfterHook{look, func(_ context.Context, e *scim.Event) { spoil(e) }, look})
	at := w.at("Group", "")
	at.ID = "new"
	res, err := p.Create(t.Context(), at, body(t, `{"displayName":"h","members":[{"value":"id-1"},{"value":"id-2"}]}`), scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Patch(t.Context(), at.Of(res.ID), patchOf(t, `[{"op":"remove","path":"members[value eq \"id-1\"]"},{"op":"add","path":"externalId","value":"x"}]`), scim.Match{}, scim.Projection{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Delete(t.Context(), at.Of(res.ID), scim.Match{}); err != nil {
		t.Fatal(err)
	}
	created, left, gone := " new +id-1:User:a +id-2:User:b", " -id-1:User:a", " gone -id-2:User:b"
	var want []string
	for _, what := range []string{created, created, left, left, gone, gone} {
		want = append(want, "Group "+res.ID+what)
	}
	if !slices.Equal(after, want) {
		t.Errorf("%q\nwant %q", after, want)
	}
	for i, e := range kept {
		if now := line(e); now != were[i] {
			t.Errorf("%s\nwas\n%s", now, were[i])
		}
	}
}
