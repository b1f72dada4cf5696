package mcp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// applyArgs is what apply_plan takes.
type applyArgs struct {
	PlanID string `json:"planId" jsonschema:"plan id that plan_change returned"`
}

// undoArgs is what undo_plan takes.
type undoArgs struct {
	UndoID string `json:"undoId" jsonschema:"undo id that apply_plan returned"`
}

// applyResult is the answer of apply_plan and undo_plan.
type applyResult struct {
	Applied []appliedChange `json:"applied" jsonschema:"the changes made, in order; with an error, those before it"`
	Undo    string          `json:"undo,omitempty" jsonschema:"how completely undo_plan can revert it"`
	UndoID  string          `json:"undoId,omitempty" jsonschema:"for undo_plan; can be used once, with this token"`
	UndoEnd string          `json:"undoExpiresAt,omitempty"`
}

// appliedChange is one change that was made.
type appliedChange struct {
	Change  int    `json:"change" jsonschema:"number of the change in the plan, from 1"`
	Op      string `json:"op"`
	Type    string `json:"type"`
	ID      string `json:"id"`
	Version string `json:"version,omitempty" jsonschema:"new version; also valid in If-Match over HTTP"`
}

func defineApply(ts *toolset) {
	brief := func(s *jsonschema.Schema) { longest(s, 128) }
	define(ts, tool{
		name: "apply_plan", title: "Apply a plan", access: writes, refine: brief,
		about: "Applies exactly what plan_change showed, or nothing if anything it depends on has changed since. Call it only after the user has agreed to the plan.",
	}, applyPlan)
	define(ts, tool{
		name: "undo_plan", title: "Undo a plan", access: writes, refine: brief,
		about: "Reverts an applied plan, or changes nothing if a resource has changed since.",
	}, undoPlan)
}

func applyPlan(ctx context.Context, c *call, in applyArgs) (*applyResult, error) {
	p, err := c.use(ctx, kindPlan, in.PlanID)
	if err != nil {
		return nil, err
	}
	r, err := c.rehearse(ctx, c.o.Store, p.Changes, c.o.MaxResources)
	if err != nil {
		return nil, stale(err)
	}
	if digest, err := r.digest(); err != nil || digest != p.Digest {
		return nil, errors.Join(stale(scim.ErrVersion), err)
	}
	back, quality, err := c.undoOf(ctx, r, c.o.MaxResources)
	if err != nil {
		return nil, err
	}
	out, ids, err := c.run(ctx, r, in.PlanID)
	if err != nil || back == nil {
		if out.Undo = quality; err != nil {
			out.Undo = ""
		}
		return out, err
	}
	for i := range back {
		back[i] = back[i].renamed(ids)
	}
	out.Undo = quality
	return out, c.keepUndo(ctx, out, &plan{Kind: kindUndo, Expires: c.o.Now().Add(undoLife), Changes: back, Radius: r.radius})
}

// keepUndo stores the inverse of what was applied, unless it is too large to be stored.
func (c *call) keepUndo(ctx context.Context, out *applyResult, p *plan) error {
	id, err := c.keep(ctx, p)
	if failed, ok := err.(*failure); ok && failed.Code == codePlanSize { //nolint:errorlint // never wrapped
		out.Undo = undoNot + "the changes are too large to be stored"
		return nil
	}
	if err != nil {
		return err
	}
	out.UndoID, out.UndoEnd = id, stamp(p.Expires)
	return nil
}

func undoPlan(ctx context.Context, c *call, in undoArgs) (*applyResult, error) {
	p, err := c.use(ctx, kindUndo, in.UndoID)
	if err != nil {
		return nil, err
	}
	r, err := c.rehearse(ctx, c.o.Store, p.Changes, 4*c.o.MaxResources)
	if err != nil {
		return nil, stale(err)
	}
	out, _, err := c.run(ctx, r, in.UndoID)
	return out, err
}

// use takes a plan after it has checked that the caller may write and that the user has agreed.
func (c *call) use(ctx context.Context, kind, id string) (*plan, error) {
	if err := c.mayChange(); err != nil {
		return nil, err
	}
	p, err := c.opened(ctx, kind, id, c.o.Plans.Get)
	if err != nil {
		return nil, err
	}
	if err := c.confirmed(id, p); err != nil {
		return nil, err
	}
	c.notes = append(c.notes, kind+" "+id)
	if p.Reason != "" {
		c.notes = append(c.notes, "reason: "+cleanText(p.Reason))
	}
	return c.opened(ctx, kind, id, c.o.Plans.Take)
}

// stale is the error of a plan that would no longer do what was shown.
func stale(err error) error {
	f := failureOf(err)
	if f.Status >= 500 {
		return err
	}
	if f.Status == 412 {
		f = failf(412, codePlanStale, "a resource of the plan has changed since it was made")
	} else {
		f = failf(f.Status, codePlanStale, "the plan can no longer be applied: %s", f.Detail)
	}
	f.Detail += "; nothing was changed; plan the change again"
	f.cause = scim.CodeStale
	return f
}

// run carries out the steps of a rehearsal for real, each bound to the version that the
// rehearsal predicted. It also returns the ids of new resources by their placeholders.
func (c *call) run(ctx context.Context, r *rehearsal, id string) (*applyResult, map[string]string, error) {
	ctx = context.WithoutCancel(ctx) // a client that disconnects must not leave a plan half applied
	out := &applyResult{Applied: []appliedChange{}}
	ids := map[string]string{}
	for i, s := range r.steps {
		ch := s.change.renamed(ids)
		res, err := c.carryOut(ctx, c.o.Provider, s.rt, &ch, s.match)
		if err != nil {
			c.note(ctx, done(r.effects, ids, out.Applied), ids, id)
			f := *failureOf(err)
			f.Detail = fmt.Sprintf("change %d of %d failed; those before it were applied: %s", i+1, len(r.steps), f.Detail)
			return out, ids, &f
		}
		if s.made != "" {
			ids[s.made] = res.ID
		}
		made := appliedChange{Change: i + 1, Op: ch.Op, Type: s.rt.Name, ID: res.ID}
		if res.Version > 0 {
			made.Version = scim.ETag(res.Version)
		}
		out.Applied = append(out.Applied, made)
	}
	c.note(ctx, r.effects, ids, id)
	return out, ids, nil
}

// done returns the effects on the resources that were changed before a plan failed.
func done(effects []effect, ids map[string]string, applied []appliedChange) []effect {
	return slices.DeleteFunc(slices.Clone(effects), func(e effect) bool {
		return !slices.ContainsFunc(applied, func(a appliedChange) bool { return a.ID == rename(e.ID, ids) })
	})
}

// note adds a record for each resource that a plan has changed, so that its timeline shows the
// change.
func (c *call) note(ctx context.Context, effects []effect, ids map[string]string, plan string) {
	operations := map[string]string{"create": "create", "update": "patch", "delete": "delete"}
	for i, e := range effects {
		r := c.record(operations[e.Action], 200)
		// In the order of the effects, and before the record of the call itself.
		r.ID = activity.NewID(r.Time.Add(time.Duration(i-len(effects)) * time.Microsecond))
		r.Notes = []string{"agent " + c.agent, "by " + plan}
		r.Type, r.Resource = e.Type, rename(e.ID, ids)
		if e.Action == "create" {
			r.Status = 201
		}
		for _, d := range e.Diff {
			r.Changed = append(r.Changed, d.Path)
		}
		r.MembersAdded, r.MembersRemoved = len(e.Added), len(e.Removed)
		r.Added, r.Removed = renamedAll(e.Added, ids), renamedAll(e.Removed, ids)
		if len(r.Changed)+len(e.Added)+len(e.Removed) > 0 || e.Action != "update" {
			c.append(ctx, r)
		}
	}
}

func renamedAll(list []string, ids map[string]string) []string {
	var out []string
	for _, id := range list[:min(len(list), activity.MaxMembers)] {
		out = append(out, rename(id, ids))
	}
	return out
}
