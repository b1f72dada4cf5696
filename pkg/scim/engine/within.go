package engine

import (
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// groupPath is the attribute whose equality asks for the members of a group: the way to read a
// large group by pages.
const groupPath = "groups.value"

// within is a filter that asks for the members of a group, direct and indirect.
type within struct {
	scim.Target // of the members; the ID is that of the group
	exact       bool
}

// withinOf finds such a term in a filter.
func (p *core) withinOf(at scim.Target, f *filter.Filter) (w within, ok bool) {
	if f == nil || !p.factsOf(at.Type).hasGroups {
		return w, false
	}
	for _, term := range f.Terms() {
		if term.Attr == groupPath && term.Op == filter.Eq {
			return within{Target: at.Of(term.Value), exact: term.Exact}, true
		}
	}
	return w, false
}

// idsWithin returns the ids of the members that are of the type, ascending. It reads the edges of the
// group and of the groups inside it, MaxNesting levels down, and no resource but the group. deep reports
// that there are groups further down.
func (p *Provider) idsWithin(ctx context.Context, w within) (ids []string, deep bool, err error) {
	if ok, err := p.isGroup(ctx, w); !ok {
		return nil, false, err
	}
	ids, seen := []string{}, map[string]bool{w.ID: true}
	queue := []string{w.ID}
	for level := 0; len(queue) > 0; level++ {
		var inside []string
		for _, group := range queue {
			err := p.eachMember(ctx, w.Tenant, group, func(m scim.Member) {
				if seen[m.ID] {
					return
				}
				seen[m.ID] = true
				if m.Type == w.Type.Name {
					ids = append(ids, m.ID)
				}
				if rt := w.Tenant.Types.ByName(m.Type); rt == nil || rt.HasMembers() {
					inside = append(inside, m.ID)
				}
			})
			if err != nil {
				return nil, false, err
			}
		}
		if level == w.Tenant.Limits.MaxNesting {
			deep = len(inside) > 0
			break
		}
		queue = inside
	}
	sort.Strings(ids)
	return ids, deep, nil
}

// isGroup tells whether there is a group of the id: "groups" shows no other containers.
func (p *Provider) isGroup(ctx context.Context, w within) (bool, error) {
	_, err := p.store.Get(ctx, w.Tenant.ID, schema.TypeGroup, w.ID)
	if errors.Is(err, scim.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// pageWithin answers a page of the members of a group, as the whole filter of a query. It reads the
// resources of the page only, and only their edges where nothing can be nested.
func (p *Provider) pageWithin(ctx context.Context, s *search, w within) (*scim.Found, error) {
	pg, ids, done, err := p.directPage(ctx, s, w)
	if err != nil {
		return nil, err
	}
	if !done {
		all, deep, err := p.idsWithin(ctx, w)
		if err != nil {
			return nil, err
		}
		s.deep = deep
		pg.total = len(all)
		ids, pg.more = s.window.cutIDs(all)
	}
	rs, err := p.getMany(ctx, w.Tenant, w.Type.Name, ids)
	if err != nil {
		return nil, err
	}
	s.plan.Read += len(rs)
	sort.Slice(rs, func(a, b int) bool { return rs[a].ID < rs[b].ID })
	pg.hits = make([]hit, len(rs))
	for i, r := range rs {
		pg.hits[i] = hit{r: r}
	}
	return p.answer(ctx, s, pg, p)
}

// directPage reads the page from the edges of the group alone. It cannot if groups may be nested, if
// members of other types may be among them, or if the store does not know how many there are.
func (p *Provider) directPage(ctx context.Context, s *search, w within) (pg page, ids []string, done bool, err error) {
	if !onlyMembers(w.Tenant, w.Type) {
		return pg, nil, false, nil
	}
	if n, ok := p.store.(scim.Nester); !ok {
		return pg, nil, false, nil
	} else if nested, err := n.Nested(ctx, w.Tenant.ID); nested || err != nil {
		return pg, nil, false, err
	}
	if ok, err := p.isGroup(ctx, w); !ok {
		return pg, nil, true, err
	}
	list, err := p.store.Members(ctx, w.Tenant.ID, w.ID, s.window.page())
	if err != nil || list.Total < 0 {
		return pg, nil, false, err
	}
	ids = make([]string, len(list.Members))
	for i, m := range list.Members {
		if m.Type != w.Type.Name {
			return pg, nil, false, nil
		}
		ids[i] = m.ID
	}
	return page{total: list.Total, more: list.More}, ids, true, nil
}

// onlyMembers reports whether, without nesting, a member can be of no other type.
func onlyMembers(t *scim.Tenant, rt *schema.ResourceType) bool {
	return !slices.ContainsFunc(t.Types.List, func(other *schema.ResourceType) bool {
		return other.Name != rt.Name && !other.HasMembers()
	})
}

// cutIDs takes the window out of all matches, by their ids.
func (w *window) cutIDs(ids []string) (part []string, more bool) {
	start := min(w.offset, len(ids))
	if w.from != nil {
		var found bool
		if start, found = slices.BinarySearch(ids, w.from.After); found {
			start++
		}
	}
	end := min(start+w.limit, len(ids))
	return ids[start:end], end < len(ids)
}
