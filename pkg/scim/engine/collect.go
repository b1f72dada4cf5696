package engine

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// scanPage is how many resources a query without an index reads at a time.
const scanPage = 500

// collect finds every match of a query. It reads at most as many resources as it may, and for a third of the time
// that the request has.
func (p *Provider) collect(ctx context.Context, s *search, budget int) ([]hit, error) {
	c := &collector{p: p, ctx: ctx, s: s, budget: budget, stop: stopOf(ctx), atEnd: refuses}
	for i := range s.Types {
		c.begin(i)
		if err := c.collectType(); err != nil {
			return nil, err
		}
	}
	if s.order != nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.plan.Sorted = true
		s.order.sort(c.hits)
	}
	return c.hits, nil
}

// collector gathers matches, one resource type after the other.
type collector struct {
	p      *Provider
	ctx    context.Context //nolint:containedctx // lives for one call of collect
	s      *search
	budget int
	stop   time.Time // no page is read after it; zero is no bound
	hits   []hit
	atEnd  atEnd
	rest   string // the last resource that was tested, if the budget or the time ended before the others

	scim.Target // the type at hand
	typ         int
	filter      *filter.Filter
	stretch     stretch // of the walk over the type
}

// stopOf is when a query of a request has had its time.
func stopOf(ctx context.Context) time.Time {
	if end, ok := ctx.Deadline(); ok {
		return time.Now().Add(time.Until(end) / 3)
	}
	return time.Time{}
}

// late reports whether the query has had its time.
func (c *collector) late() bool { return !c.stop.IsZero() && !time.Now().Before(c.stop) }

// begin turns to a type of the query.
func (c *collector) begin(i int) {
	c.Target, c.typ, c.filter, c.stretch = scim.Target{Tenant: c.s.t, Type: c.s.Types[i]}, i, c.s.filters[i], stretch{}
	c.s.plan.Residual = c.s.plan.Residual || c.filter != nil
}

// collectType reads what can match, by the best index that there is, and tests it.
func (c *collector) collectType() error {
	if c.filter == nil {
		return c.walk(nil)
	}
	ids, ok, err := c.candidates()
	if err != nil {
		return err
	}
	if !ok {
		if done, err := c.byOrder(); done || err != nil {
			return err
		}
		key, _ := c.p.plan(c.Tenant, c.Type, c.filter)
		return c.walk(key)
	}
	if c.budget -= len(ids); c.budget < 0 {
		return c.s.tooWide()
	}
	rs, err := c.p.getMany(c.ctx, c.Tenant, c.Type.Name, ids)
	if err != nil {
		return err
	}
	c.s.plan.Read += len(rs)
	sort.Slice(rs, func(a, b int) bool { return rs[a].ID < rs[b].ID })
	return c.test(rs)
}

// byOrder finds what can match in the order of an index, if the store has it and the filter names a part of
// one. done is false if all resources must be read.
func (c *collector) byOrder() (done bool, err error) {
	if c.p.order == nil {
		return false, nil
	}
	r, ok := c.p.routeOf(c.Tenant, c.Type, c.filter)
	switch {
	case !ok || r.key != nil:
		return false, nil
	case r.created != nil:
		c.stretch = stretchOf(r.created)
		return false, nil
	}
	rs, err := c.gather(r, c.budget)
	switch {
	case errors.Is(err, scim.ErrUnordered):
		return false, nil
	case errors.Is(err, errMany):
		return true, c.s.tooWide()
	case err != nil:
		return true, err
	}
	c.budget -= len(rs)
	return true, c.test(rs)
}

// candidates answers terms on id and membership, which need no index of values. ok is false if
// the filter has none.
func (c *collector) candidates() (ids []string, ok bool, err error) {
	for _, term := range c.filter.Terms() {
		if term.Op != filter.Eq {
			continue
		}
		switch {
		case term.Attr == "id":
			c.s.by(scim.ByID, "")
			return []string{term.Value}, true, nil
		case term.Attr == "meta.resourceType" && term.Value != c.Type.Name:
			c.s.by(scim.ByNothing, "")
			return nil, true, nil
		case term.Attr == "members.value" && c.p.factsOf(c.Type).hasMembers:
			c.s.by(scim.ByMember, "")
			groups, err := c.p.store.MemberOf(c.ctx, c.Tenant.ID, []string{term.Value})
			return groups[term.Value], true, err
		}
	}
	if w, found := c.p.withinOf(c.Target, c.filter); found && !c.hasKey() {
		c.s.by(scim.ByGroup, "")
		ids, deep, err := c.p.idsWithin(c.ctx, w)
		c.s.deep = c.s.deep || deep
		return ids, true, err
	}
	return nil, false, nil
}

// tooWide refuses a query that reads too much, and says what to do.
func (s *search) tooWide() error {
	advice := ""
	if s.walks {
		advice = "; or read page by page with cursor instead of startIndex"
	}
	if s.walks && s.order != nil {
		advice += " (" + s.SortBy + " has no index to sort by)"
	}
	if name := s.lacking(); name != "" {
		advice += "; an index of " + name + " would answer it, which the operator adds to the tenant's setting indexes"
	}
	return scim.NewError(scim.CodeQueryTooWide, "the query would read too many resources; filter by an indexed attribute such as userName, externalId, emails.value or displayName%s", advice)
}

// lacking names an attribute whose index would answer the query, if the tenant had one; "" if there is none.
func (s *search) lacking() string {
	for i, rt := range s.Types {
		has := withExtra(s.t, rt, indexPaths(rt))
		lacks := func(ref schema.Ref) bool {
			return scim.Indexable(rt, ref) && !slices.ContainsFunc(has, func(ix indexPath) bool { return ix.attr == ref.String() })
		}
		if s.filters[i] != nil {
			for _, term := range s.filters[i].Terms() {
				if lacks(term.Ref) {
					return term.Attr
				}
			}
		}
	}
	return ""
}

// walk reads all resources of the type, or those under an index key, page by page.
func (c *collector) walk(key *scim.IndexKey) error {
	l := listing{Target: c.Target, key: key, page: scim.Page{Limit: scanPage, After: c.stretch.after}}
	c.s.byStretch(key, c.stretch)
	for {
		list, _, err := c.p.list(c.ctx, l, false)
		if err != nil {
			return err
		}
		c.s.plan.Read += len(list.Resources)
		if c.budget -= len(list.Resources); c.budget < 0 {
			return c.s.tooWide()
		}
		part, done := c.stretch.cut(list.Resources)
		if err := c.test(part); err != nil {
			return err
		}
		if done || !list.More || len(list.Resources) == 0 {
			return nil
		}
		if c.late() {
			return c.s.tooWide()
		}
		l.page.After = list.Resources[len(list.Resources)-1].ID
	}
}

// hasKey reports whether an index of unique values answers the filter, which reads less than a
// membership does.
func (c *collector) hasKey() bool {
	key, _ := c.p.plan(c.Tenant, c.Type, c.filter)
	return key != nil && key.Unique
}

// groupsOf reads the groups of resources if the filter or the order looks at them.
func (c *collector) groupsOf(rs []*scim.Resource) (m memberships, err error) {
	looks := c.filter != nil && c.filter.Uses("groups") || c.s.order.uses(c.typ, "groups")
	if !looks || len(rs) == 0 {
		return m, nil
	}
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	m, err = c.p.groupsOf(c.ctx, c.Tenant, ids)
	c.s.deep = c.s.deep || m.deep
	return m, err
}
