package mcp_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// TestHooks: planning calls Before hooks, which know that it is a rehearsal, and no After hook; applying
// calls both, with the agent as the caller. A refusal reaches the agent when it plans.
func TestHooks(t *testing.T) {
	t.Parallel()
	var before []bool
	var callers []scim.Caller
	var refuse error
	w := newWorld(t, func(o *mcp.Options) {
		o.Provider = engine.New(o.Store, engine.Options{
			PublicBase: base, Now: o.Now,
			Before: []scim.BeforeHook{func(_ context.Context, e *scim.Event) error {
				before = append(before, e.Rehearsal)
				return refuse
			}},
			After: []scim.AfterHook{func(ctx context.Context, e *scim.Event) {
				if e.Deactivated() {
					callers = append(callers, scim.CallerFrom(ctx))
				}
			}},
		})
	})
	s := w.connect(w.company(everything), nil)
	refuse = scim.Refuse(409, "", "not on Fridays")
	if a := w.call(s, "plan_change", deactivate("id-0002")); a.Error == nil || a.Error.Code != "conflict" || a.Error.Detail != "not on Fridays" {
		t.Errorf("%+v", a.Error)
	}
	refuse = errors.New("down")
	if a := w.call(s, "plan_change", deactivate("id-0002")); a.Error == nil || a.Error.Status != 500 || a.Error.ErrorID == "" {
		t.Errorf("%+v", a.Error)
	}
	if len(w.faults) != 1 || w.faults[0].Error() != "hook: down" {
		t.Error(w.faults)
	}
	refuse, before = nil, nil
	id := w.plan(s)
	if slices.Contains(before, false) || len(before) == 0 || len(callers) > 0 {
		t.Errorf("planned: before %v, after %v", before, callers)
	}
	before = nil
	if a := w.call(s, "apply_plan", object{"planId": id}); a.Error != nil {
		t.Fatalf("%+v", a.Error)
	}
	if len(before) < 2 || slices.Index(before, false) != len(before)-1 || len(callers) != 1 {
		t.Fatalf("applied: before %v, after %v", before, callers)
	}
	if c := callers[0]; c.Agent != "test-agent 1" || c.TokenID() == "" || c.Tenant.String() != "acme" || c.IdP != "okta" {
		t.Errorf("%+v", c)
	}
}
