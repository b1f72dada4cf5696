package engine

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// atEnd says what happens to resources that were read, when the budget or the time ends before they are tested: the
// members of a group count, too.
type atEnd uint8

const (
	tests   atEnd = iota // they are tested
	refuses              // the query is refused
	stops                // they are left for the next page
)

// test keeps those resources that match and computes their sort keys.
func (c *collector) test(rs []*scim.Resource) error {
	groups, err := c.groupsOf(rs)
	if err != nil {
		return err
	}
	if !c.s.By.Sees(schema.TypeGroup) {
		groups.unnamed()
	}
	for i, r := range rs {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if i > 0 && c.exhausted(i) {
			return c.ended(rs[i-1].ID)
		}
		h := hit{r: r, typ: c.typ}
		if c.filter != nil || c.s.order != nil {
			doc, err := c.document(r, groups.groups(r.ID))
			if err != nil {
				return err
			}
			if !c.s.matches(&h, doc) {
				continue
			}
		}
		c.hits = append(c.hits, h)
	}
	return nil
}

// lateEvery is the number of resources after which test looks at the time: one may be large, and a filter long.
const lateEvery = 16

// exhausted reports whether test ends before the resource with a number. A query that is refused has a page to itself
// after its time: what it has read by then may be all.
func (c *collector) exhausted(i int) bool {
	switch c.atEnd {
	case refuses:
		return c.budget < 0
	case stops:
		return c.budget < 0 || i%lateEvery == 0 && c.late()
	}
	return false
}

// ended ends a test after a resource.
func (c *collector) ended(last string) error {
	if c.atEnd == refuses {
		return c.s.tooWide()
	}
	c.rest = last
	return nil
}

// document is a resource as the filter and sorting see it, with members if the filter looks at
// them.
func (c *collector) document(r *scim.Resource, groups []GroupRef) (map[string]any, error) {
	doc, err := c.p.viewDocument(c.Target, r, groups)
	if err != nil || c.filter == nil || !c.filter.Uses("members") || !c.p.factsOf(c.Type).hasMembers {
		return doc, err
	}
	list, err := c.members(r)
	if len(list) > 0 {
		doc["members"] = list
	}
	return doc, err
}

// members are the members of a group as far as the filter can tell them apart.
func (c *collector) members(r *scim.Resource) (list []any, err error) {
	if ids, only := c.filter.Equals("members"); only { // a group may have 100,000 members
		is, err := c.p.store.IsMember(c.ctx, c.Tenant.ID, r.ID, ids)
		for id := range is {
			list = append(list, map[string]any{"value": id})
		}
		return list, err
	}
	err = c.p.eachMember(c.ctx, c.Tenant, r.ID, func(m scim.Member) {
		c.budget--
		list = append(list, c.p.element(c.Tenant, m, c.s.By))
	})
	return list, err
}
