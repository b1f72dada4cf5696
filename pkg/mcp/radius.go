package mcp

import (
	"context"

	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
)

// radius is the blast radius of a plan: how many resources it affects, and how.
type radius struct {
	Resources   int `json:"resources" jsonschema:"all affected resources, including those that only gain or lose a group"`
	Indirect    int `json:"indirect" jsonschema:"affected resources that the plan does not name"`
	Created     int `json:"created"`
	Updated     int `json:"updated"`
	Deleted     int `json:"deleted"`
	Deactivated int `json:"deactivated" jsonschema:"users that become inactive"`
	Joins       int `json:"membershipsAdded"`
	Leaves      int `json:"membershipsRemoved"`
}

// measure finds the effects and the blast radius. It fails once the radius exceeds most.
func (r *rehearsal) measure(ctx context.Context, t *scim.Tenant, most int) error {
	var named []string
	direct := map[string]bool{}
	for _, s := range r.steps {
		id := s.change.ID
		if s.made != "" {
			id = s.made
		}
		named = append(named, id)
		direct[id] = true
		for _, m := range s.change.Members {
			direct[m] = true
		}
	}
	var types []string
	for _, rt := range t.Types.List {
		types = append(types, rt.Name)
	}
	var err error
	if r.raw, err = r.dry.Effects(ctx, t.ID, types...); err != nil {
		return err
	}
	if r.effects, err = effectsOf(r.raw, named); err != nil {
		return err
	}
	reach := &reach{dry: r.dry, t: t.ID, most: most, ids: map[string]bool{}}
	for i := range r.effects {
		e := &r.effects[i]
		r.radius.count(e)
		reach.ids[e.ID] = true
		for _, m := range append(append([]string{}, e.Added...), e.Removed...) {
			if err := reach.add(ctx, m); err != nil {
				return err
			}
		}
	}
	if len(reach.ids) > most {
		return tooWide(len(reach.ids), most)
	}
	r.radius.Resources = len(reach.ids)
	for id := range reach.ids {
		if !direct[id] {
			r.radius.Indirect++
		}
	}
	return nil
}

func tooWide(n, most int) error {
	return failf(413, codePlanSize, "the plan affects at least %d resources, including those that gain or lose a group, but may affect only %d; split it or narrow it", n, most)
}

func (r *radius) count(e *effect) {
	switch e.Action {
	case "create":
		r.Created++
	case "delete":
		r.Deleted++
	default:
		r.Updated++
	}
	r.Joins += len(e.Added)
	r.Leaves += len(e.Removed)
	for _, d := range e.Diff {
		if d.Path == "active" && e.Action == "update" && d.After != true {
			r.Deactivated++
		}
	}
}

// reach collects the resources whose memberships change: a member and, if it is a group, all its
// direct and indirect members.
type reach struct {
	dry  *overlay.Store
	t    scim.TenantID
	most int
	ids  map[string]bool
}

func (r *reach) add(ctx context.Context, id string) error {
	queue := []string{id}
	for len(queue) > 0 {
		id, queue = queue[0], queue[1:]
		r.ids[id] = true
		if len(r.ids) > r.most {
			return tooWide(len(r.ids), r.most)
		}
		list, err := r.dry.Members(ctx, r.t, id, scim.Page{Limit: r.most + 1})
		if err != nil {
			return err
		}
		for _, m := range list.Members {
			if !r.ids[m.ID] {
				queue = append(queue, m.ID)
			}
		}
	}
	return nil
}
