package mcp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
)

// planArgs is what plan_change takes.
type planArgs struct {
	Changes []change `json:"changes" jsonschema:"applied in order; if one is rejected while planning, none is"`
	Reason  string   `json:"reason,omitempty" jsonschema:"reason, for the activity log; no personal data"`
}

// planResult is the answer of plan_change.
type planResult struct {
	PlanID    string   `json:"planId" jsonschema:"for apply_plan; can be used once, with this token"`
	ExpiresAt string   `json:"expiresAt"`
	Effects   []effect `json:"effects" jsonschema:"exactly what apply_plan will do"`
	Radius    radius   `json:"blastRadius"`
	Undo      string   `json:"undo" jsonschema:"how completely undo_plan will be able to revert it"`
	Warnings  []string `json:"warnings" jsonschema:"what was read differently from what was sent, or ignored"`
	Next      string   `json:"next" jsonschema:"what to do next"`
}

const afterPlan = "Nothing has changed yet. Show the user the effects, the blast radius and the warnings; call apply_plan only when the user agrees."

func definePlan(ts *toolset) {
	define(ts, tool{
		name: "plan_change", title: "Plan a change", access: plans, refine: refinePlan,
		about: "Plans changes to users, groups or other resources by the same rules as for SCIM clients, and changes nothing. Returns the exact effects, the blast radius and a plan id for apply_plan.",
	}, planChange)
}

func refinePlan(s *jsonschema.Schema) {
	longest(s, 500)
	changes := s.Properties["changes"]
	one, most := 1, 1000
	changes.MinItems, changes.MaxItems = &one, &most
	// The schema of a Go slice allows null; this list is never null.
	changes.Types, changes.Type = nil, "array"
	oneOf(changes.Items.Properties["op"], opCreate, opReplace, opPatch, opDelete, opAddMembers, opRemoveMembers)
}

func planChange(ctx context.Context, c *call, in planArgs) (*planResult, error) {
	if err := c.mayChange(); err != nil {
		return nil, err
	}
	r, err := c.rehearse(ctx, c.o.Store, in.Changes, c.o.MaxResources)
	if err != nil {
		return nil, err
	}
	if !r.hasEffect() {
		return nil, r.withoutEffect()
	}
	_, undo, err := c.undoOf(ctx, r, c.o.MaxResources)
	if err != nil {
		return nil, err
	}
	digest, err := r.digest()
	if err != nil {
		return nil, err
	}
	p := &plan{Kind: kindPlan, Expires: c.o.Now().Add(planLife), Changes: in.Changes, Digest: digest, Radius: r.radius, Reason: in.Reason}
	id, err := c.keep(ctx, p)
	if err != nil {
		return nil, err
	}
	c.notes = append(c.notes, "plan "+id)
	return &planResult{
		PlanID: id, ExpiresAt: stamp(p.Expires), Effects: shown(r.effects), Radius: r.radius, Undo: undo,
		Warnings: r.warnings, Next: afterPlan,
	}, nil
}

func (r *rehearsal) hasEffect() bool {
	for _, e := range r.effects {
		if e.Action != "update" || len(e.Diff)+len(e.Added)+len(e.Removed) > 0 {
			return true
		}
	}
	return false
}

// withoutEffect is the error of a plan that would change nothing. Where something of it was ignored, such as a member that does
// not exist, it does not say that all is in the requested state.
func (r *rehearsal) withoutEffect() error {
	const most = 10
	if len(r.warnings) == 0 {
		return failf(409, codePlanEmpty, "everything is already in the requested state; there is nothing to apply")
	}
	said := strings.Join(r.warnings[:min(len(r.warnings), most)], "; ")
	if more := len(r.warnings) - most; more > 0 {
		said += fmt.Sprintf("; and %d more", more)
	}
	return failf(409, codePlanEmpty, "nothing would change; what was ignored or read differently: %s", said)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// keep seals and stores a plan and returns its id.
func (c *call) keep(ctx context.Context, p *plan) (string, error) {
	id := newPlanID(p.Kind)
	if c.o.NewPlanID != nil {
		id = c.o.NewPlanID(p.Kind)
	}
	sealed, err := c.seal(id, p)
	if err != nil {
		return "", err
	}
	err = c.o.Plans.Put(ctx, c.Tenant.ID, id, sealed, p.Expires)
	if errors.Is(err, ErrPlansFull) {
		return "", &scim.BusyError{RetryAfter: time.Minute, Cause: err}
	}
	return id, err
}

// opened reads and opens a plan with get, which is Plans.Get or Plans.Take.
func (c *call) opened(ctx context.Context, kind, id string, get func(context.Context, scim.TenantID, string) ([]byte, error)) (*plan, error) {
	sealed, err := get(ctx, c.Tenant.ID, id)
	switch {
	case errors.Is(err, ErrPlanUnknown):
		return nil, failf(404, codePlanUnknown, "there is no such %s, or it has expired; plan the change again", kind)
	case errors.Is(err, ErrPlanUsed):
		return nil, failf(409, codePlanUsed, "the %s has already been used; plan the change again", kind)
	case err != nil:
		return nil, err
	}
	p, err := c.unseal(id, sealed)
	if err != nil || p.Kind != kind {
		return nil, failf(403, codePlanInvalid, "the %s belongs to another token, is of another kind, or was altered", kind)
	}
	if !c.o.Now().Before(p.Expires) {
		return nil, failf(410, codePlanExpired, "the %s has expired; plan the change again", kind)
	}
	return p, nil
}
