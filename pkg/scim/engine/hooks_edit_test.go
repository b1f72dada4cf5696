package engine_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestHookKeepsLeaver: an edit that leaves active out, such as one that writes all attributes anew, makes no leaver active.
func TestHookKeepsLeaver(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		w := watch(t, memory.New(), scim.TenantConfig{Strict: strict})
		id := w.create("User", `{%s,"userName":"a","active":false}`, userSchema).ID
		w.decide = func(_ context.Context, e *scim.Event) error {
			return e.Edit(func(a map[string]any) {
				name := a["userName"]
				clear(a)
				a["userName"] = name
			})
		}
		if _, err := w.patch("User", id, `[{"op":"replace","path":"title","value":"t"},{"op":"replace","path":"nickName","value":"n"}]`); err != nil {
			t.Fatal(err)
		}
		if got := w.get("User", id); got["active"] != false || got["title"] != nil {
			t.Errorf("strict %t: %v", strict, got)
		}
	}
}

// TestHookReadOnly: a hook sets what is readOnly to clients, in every place, and it stays: when another change follows, when a hook edits
// something else, and when a PUT lacks it, as it has to (RFC 7644 §3.5.1).
func TestHookReadOnly(t *testing.T) {
	t.Parallel()
	const types = `[{"id":"urn:x:Device","attributes":[{"name":"n"},{"name":"serial","mutability":"readOnly"},
		{"name":"c","type":"complex","subAttributes":[{"name":"x"},{"name":"by","mutability":"readOnly"}]},
		{"name":"m","type":"complex","multiValued":true,"subAttributes":[{"name":"value"},{"name":"by","mutability":"readOnly"}]},
		{"name":"o","type":"complex","multiValued":true,"subAttributes":[{"name":"k"},{"name":"by","mutability":"readOnly"}]}]},
		{"id":"urn:x:Ext","attributes":[{"name":"n"},{"name":"serial","mutability":"readOnly"},
		{"name":"c","type":"complex","subAttributes":[{"name":"x"},{"name":"by","mutability":"readOnly"}]}]},
		{"name":"Device","endpoint":"/Devices","schema":"urn:x:Device","schemaExtensions":[{"schema":"urn:x:Ext"}]}]`
	list, err := schema.Load(schema.File{Name: "types.json", Data: []byte(types)})
	if err != nil {
		t.Fatal(err)
	}
	w := watch(t, memory.New(), scim.TenantConfig{Types: &scim.Types{List: list}})
	w.decide = func(_ context.Context, e *scim.Event) error {
		return e.Edit(func(a map[string]any) {
			maps.Copy(a, map[string]any{
				"serial": "s", "c": map[string]any{"x": "1", "by": "hook"},
				"m":         []any{map[string]any{"value": "v", "by": "hook v"}, map[string]any{"value": "w", "by": "hook w"}},
				"o":         []any{map[string]any{"k": "1", "by": "hook 1"}, map[string]any{"k": "2", "by": "hook 2"}},
				"urn:x:Ext": map[string]any{"serial": "s", "c": map[string]any{"x": "1", "by": "hook"}},
			})
		})
	}
	id := w.create("Device", `{"n":"1"}`).ID
	check := func(when string, want ...string) {
		t.Helper()
		res, err := w.Get(t.Context(), w.at("Device", id), scim.Projection{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if !strings.Contains(string(res.Body), s) {
				t.Errorf("%s: no %s in %s", when, s, res.Body)
			}
		}
	}
	all := []string{`"serial":"s"`, `"c":{"x":"1","by":"hook"}`, `"m":[{"value":"v","by":"hook v"},{"value":"w","by":"hook w"}]`, `"o":[{"k":"1","by":"hook 1"},{"k":"2","by":"hook 2"}]`, `"urn:x:Ext":{"serial":"s","c":{"x":"1","by":"hook"}}`}
	check("created", all...)
	w.decide = func(_ context.Context, e *scim.Event) error { return e.Edit(func(a map[string]any) { a["n"] = "2" }) }
	if _, err := w.patch("Device", id, `[{"op":"replace","path":"externalId","value":"e"}]`); err != nil {
		t.Fatal(err)
	}
	check("edited again", append(all, `"n":"2"`)...)
	w.decide = nil
	res, err := w.put("Device", id, `{"schemas":["urn:x:Device","urn:x:Ext"],"externalId":"e","n":"2","c":{"x":"1"},"m":[{"value":"v"},{"value":"w"}],"o":[{"k":"1"},{"k":"2"}],"urn:x:Ext":{"c":{"x":"1"}}}`)
	if err != nil || res.Changed {
		t.Errorf("a PUT of what a client may write: %+v %v", res, err)
	}
	if _, err := w.put("Device", id, `{"schemas":["urn:x:Device","urn:x:Ext"],"n":"3","c":{"x":"2"},"m":[{"value":"w"},{"value":"z"}],"o":[{"k":"2"}]}`); err != nil {
		t.Fatal(err)
	}
	check("replaced", `"n":"3"`, `"serial":"s"`, `"c":{"x":"2","by":"hook"}`, `"m":[{"value":"w","by":"hook w"},{"value":"z"}]`, `"o":[{"k":"2","by":"hook 2"}]`, `"urn:x:Ext":{"serial":"s"}`)
	if _, err := w.put("Device", id, `{"schemas":["urn:x:Device"],"n":"3","c":{"x":null}}`); err != nil {
		t.Fatal(err)
	}
	check("removed", `"serial":"s"`)
	if got := w.get("Device", id); got["c"] != nil || got["m"] != nil {
		t.Errorf("what is readOnly is left of values that are gone: %v", got)
	}
}

// TestHookUndoes: a change of which hooks leave nothing writes nothing, like every change without effect.
func TestHookUndoes(t *testing.T) {
	t.Parallel()
	w := watch(t, memory.New(), scim.TenantConfig{})
	w.decide = func(_ context.Context, e *scim.Event) error {
		if !e.Type.IsUser() {
			return nil
		}
		return e.Edit(func(a map[string]any) { a["userName"] = strings.ToLower(a["userName"].(string)) })
	}
	w.people()
	for range 2 {
		res, err := w.put("User", "id-1", `{`+userSchema+`,"userName":"A","active":true}`)
		if err != nil || res.Changed || res.Version != 1 {
			t.Errorf("%+v %v", res, err)
		}
	}
	if len(w.after) > 0 {
		t.Errorf("After hooks are called: %q", w.after)
	}
	w.before = nil
	if _, err := w.patch("User", "id-1", `[{"op":"replace","path":"externalId","value":"e"}]`); err != nil {
		t.Fatal(err)
	}
	w.seen("User id-1")
}

// hungUp is a store whose client goes away while the change is written.
type hungUp struct {
	scim.Store
	end func()
}

func (h *hungUp) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	defer h.end()
	return h.Store.Commit(ctx, t, c)
}

// TestAfterHangUp: what an After hook does for a change that was written does not end with the request.
func TestAfterHangUp(t *testing.T) {
	t.Parallel()
	base := memory.New()
	w := watch(t, base, scim.TenantConfig{})
	w.people()
	ctx, cancel := context.WithCancel(scim.WithCaller(t.Context(), scim.Caller{Tenant: w.tenant.ID, IdP: "okta"}))
	w.store = &hungUp{base, cancel}
	var got []string
	var kept context.Context
	w.Provider = w.with(nil, []scim.AfterHook{func(ctx context.Context, e *scim.Event) {
		if ctx.Err() != nil || scim.CallerFrom(ctx).IdP != "okta" {
			t.Errorf("%s: %v", line(e), ctx.Err())
		}
		kept = ctx
		if e.Cause != nil && e.After.Version == e.Before.Version {
			t.Errorf("%s: the group as it was before", line(e))
		}
		got = append(got, line(e))
	}})
	if err := w.Delete(ctx, w.at("User", "id-1"), scim.Match{}); err != nil || len(got) != 2 {
		t.Errorf("%v %q", err, got)
	}
	if kept.Err() != nil {
		t.Error("a context that was kept ends with the hooks")
	}
}
