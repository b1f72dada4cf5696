package engine

import (
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// errMany says that a route reads more than it may.
var errMany = errors.New("the route reads too much")

// gather reads what a route leads to, ordered by id, each resource once, and at most limit entries: errMany
// if there are more. A route in time is read by walk.
func (c *collector) gather(r route, limit int) (rs []*scim.Resource, err error) {
	c.s.byRoute(r)
	rs, err = c.along(r, &limit)
	return merged(rs), err
}

func (c *collector) along(r route, left *int) ([]*scim.Resource, error) {
	switch {
	case r.id != "":
		*left--
		c.s.plan.Read++
		return c.p.getMany(c.ctx, c.Tenant, c.Type.Name, []string{r.id})
	case r.key != nil:
		return c.alongKey(r.key, left)
	case r.sides != nil:
		var out []*scim.Resource
		for _, side := range r.sides {
			rs, err := c.along(side, left)
			if err != nil {
				return nil, err
			}
			out = append(out, rs...)
		}
		return out, nil
	}
	var out []*scim.Resource
	for _, kr := range r.ranges {
		rs, err := c.alongRange(kr, left)
		if err != nil {
			return nil, err
		}
		out = append(out, rs...)
	}
	return out, nil
}

// alongKey reads the resources under a key.
func (c *collector) alongKey(key *scim.IndexKey, left *int) (out []*scim.Resource, err error) {
	page := scim.Page{}
	for {
		page.Limit = min(scanPage, *left+1)
		list, err := c.p.store.Lookup(c.ctx, c.Tenant.ID, c.Type.Name, *key, page)
		if err != nil {
			return nil, err
		}
		c.s.plan.Read += len(list.Resources)
		if *left -= len(list.Resources); *left < 0 {
			return nil, errMany
		}
		out = append(out, list.Resources...)
		if !list.More || len(list.Resources) == 0 {
			return out, nil
		}
		if c.late() {
			return nil, errMany
		}
		page.After = out[len(out)-1].ID
	}
}

// alongRange reads the resources in a part of an index.
func (c *collector) alongRange(kr scim.KeyRange, left *int) (out []*scim.Resource, err error) {
	page := scim.Page{}
	for {
		page.Limit = min(scanPage, *left+1)
		list, err := c.p.order.Range(c.ctx, c.Tenant.ID, c.Type.Name, kr, page)
		if err != nil {
			return nil, err
		}
		c.s.plan.Read += len(list.Entries)
		if *left -= len(list.Entries); *left < 0 {
			return nil, errMany
		}
		for _, e := range list.Entries {
			out = append(out, e.Resource)
		}
		if !list.More || len(list.Entries) == 0 {
			return out, nil
		}
		if c.late() {
			return nil, errMany
		}
		last := list.Entries[len(list.Entries)-1]
		kr.After, page.After = last.Value, last.Resource.ID
	}
}

// stretch is the part of the ids of a type that a walk reads: those after one, up to a time.
type stretch struct {
	after string
	until time.Time // of creation, as the id says; zero is no bound
}

// stretchOf is the part of all ids for a time of creation.
func stretchOf(c *created) (s stretch) {
	if c == nil {
		return s
	}
	if !c.from.IsZero() {
		s.after = lowestID(c.from.Add(-clockSlack))
	}
	if !c.to.IsZero() {
		s.until = c.to.Add(clockSlack)
	}
	return s
}

// cut leaves out what was made after the end of the stretch. done reports that nothing else follows.
func (s stretch) cut(rs []*scim.Resource) (part []*scim.Resource, done bool) {
	if s.until.IsZero() {
		return rs, false
	}
	end := lowestID(s.until)
	for i, r := range rs {
		if r.ID >= end {
			return rs[:i], true
		}
	}
	return rs, false
}
