package engine

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// search is one query on its way: compiled, with the part of the result that is wanted.
type search struct {
	*scim.Query
	t       *scim.Tenant
	filters []*filter.Filter // one per type
	order   *sorter          // nil: by id
	window  *window
	deep    bool // the filter or the order does not know all indirect memberships
	indexed bool // the order is that of an index
	plain   bool // the order is that of ids, although another one was asked for
	wide    bool // a route read too much: the walk is over all resources of the type
	plan    scim.Plan
	walks   bool // the store has ordered indexes, and a query in cursor mode reads a part at a time
}

// Search implements scim.Provider: plan, read, filter, sort, page, render.
func (p *Provider) Search(ctx context.Context, t *scim.Tenant, q scim.Query) (*scim.Found, error) {
	if err := p.ready(t, q.Types...); err != nil {
		return nil, err
	}
	s, err := p.compiled(t, &q)
	if err != nil {
		return nil, err
	}
	found, err := p.found(ctx, s)
	if err != nil {
		return nil, s.failed(err)
	}
	return found, nil
}

// found answers a compiled query.
func (p *Provider) found(ctx context.Context, s *search) (*scim.Found, error) {
	if len(s.Types) == 1 && s.order == nil {
		if found, done, err := p.paged(ctx, s); done || err != nil {
			return found, err
		}
	}
	s.walks = p.order != nil
	if s.walks && s.window.limit > 0 && (s.window.cursor || s.order != nil && !s.filtered()) {
		if pg, done, err := p.walked(ctx, s); done || err != nil {
			if err != nil {
				return nil, err
			}
			return p.answer(ctx, s, pg, p)
		}
	}
	return p.collected(ctx, s)
}

// collected answers a query from all of its matches.
func (p *Provider) collected(ctx context.Context, s *search) (*scim.Found, error) {
	hits, err := p.collect(ctx, s, s.t.Limits.MaxScan)
	if err != nil {
		return nil, err
	}
	pg := page{total: len(hits)}
	pg.hits, pg.more = s.window.cut(hits, s.order)
	return p.answer(ctx, s, pg, p)
}

// failed is an error with the plan: what a refused search had read says why it was refused.
func (s *search) failed(err error) error {
	e := *scim.AsError(err)
	e.Plan = s.plan
	return &e
}

// filtered reports whether the query has a filter.
func (s *search) filtered() bool { return s.filters[0] != nil }

// compiled parses a query and checks it.
func (p *core) compiled(t *scim.Tenant, q *scim.Query) (*search, error) {
	s := &search{Query: q, t: t}
	var err error
	if s.filters, err = compileFilters(q, t); err != nil {
		return nil, err
	}
	if s.order, err = newSorter(q); err != nil {
		return nil, err
	}
	s.window, err = p.window(t, q)
	return s, err
}

// matches tests a document, and gives the hit its sort key.
func (s *search) matches(h *hit, doc map[string]any) bool {
	if f := s.filters[h.typ]; f != nil && !f.Match(doc) {
		return false
	}
	if s.order != nil {
		h.key = s.order.key(h.typ, doc)
	}
	return true
}

// paged serves what the store can page itself: no filter, the members of
// one group, or one exact index look-up. done is
// false for any other query.
func (p *Provider) paged(ctx context.Context, s *search) (found *scim.Found, done bool, err error) {
	rt, f := s.Types[0], s.filters[0]
	want := listing{Target: scim.Target{Tenant: s.t, Type: rt}, page: s.window.page()}
	want.page.Reach = s.t.Limits.MaxScan
	if f != nil {
		if w, ok := p.withinOf(want.Target, f); ok && w.exact {
			s.by(scim.ByGroup, "")
			found, err = p.pageWithin(ctx, s, w)
			return found, true, err
		}
		key, exact := p.plan(s.t, rt, f)
		if key == nil || !exact {
			return nil, false, nil
		}
		want.key = key
	}
	s.byKey(want.key, scim.ByPage)
	v := p.viewOf(rt, s.Projection, s.By)
	list, groups, err := p.list(ctx, want, v.withGroups)
	if err != nil {
		return nil, true, err
	}
	s.plan.Read += len(list.Resources)
	pg := page{total: list.Total, more: list.More, groups: groups, hits: make([]hit, len(list.Resources))}
	for i, r := range list.Resources {
		pg.hits[i] = hit{r: r}
	}
	found, err = p.answer(ctx, s, pg, p)
	return found, true, err
}

// listing is a range of the resources of a type, or of those under an index key.
type listing struct {
	scim.Target
	key  *scim.IndexKey
	page scim.Page
}

// list reads a range, and the direct groups of its resources where they are wanted and the store
// can read them together. Without a source the groups are still to be asked for.
func (p *Provider) list(ctx context.Context, l listing, withGroups bool) (list scim.List, groups groupSource, err error) {
	t, typ := l.Tenant.ID, l.Type.Name
	if p.edges == nil || !withGroups {
		if l.key != nil {
			list, err = p.store.Lookup(ctx, t, typ, *l.key, l.page)
		} else {
			list, err = p.store.List(ctx, t, typ, l.page)
		}
		return list, nil, err
	}
	var direct map[string][]string
	if l.key != nil {
		list, direct, err = p.edges.LookupWithGroups(ctx, t, typ, *l.key, l.page)
	} else {
		list, direct, err = p.edges.ListWithGroups(ctx, t, typ, l.page)
	}
	return list, p.groupsFrom(l.Tenant, direct), err
}

// plan picks the index look-up that a filter implies; exact means that nothing remains to test. It
// relies on complete indexes only.
func (p *core) plan(t *scim.Tenant, rt *schema.ResourceType, f *filter.Filter) (best *scim.IndexKey, exact bool) {
	return p.planTerms(t, rt, f.Terms())
}

// planTerms is plan for terms that every match meets.
func (p *core) planTerms(t *scim.Tenant, rt *schema.ResourceType, terms []filter.Term) (best *scim.IndexKey, exact bool) {
	for _, term := range terms {
		if term.Op != filter.Eq {
			continue
		}
		ix := p.indexed(t, rt, term.Attr)
		if ix == nil || ix.attr == scim.LastModified || term.Value == "" || !t.Indexes.Complete(rt.Name, ix.attr) {
			continue
		}
		unique := ix.unique(t)
		if best != nil && (best.Unique || !unique) {
			continue
		}
		best = &scim.IndexKey{Attr: ix.attr, Value: term.Value, Unique: unique}
		exact = term.Exact
	}
	return best, exact
}
