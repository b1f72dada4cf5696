package mcp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// errTooWide ends a rehearsal early.
var errTooWide = errors.New("the plan touches more resources than one plan may; split it, or make it narrower")

// overlay is a scim.Store over another that keeps every write to itself, so that a provider
// can carry out a change in full without anything happening. It serves one rehearsal; it is
// not safe for concurrent writes.
type overlay struct {
	base  scim.Store
	most  int // resources that may be touched
	docs  map[ref]*layer
	edges map[string]map[string]*scim.Member // group → member → edge, nil if removed
}

// ref names a resource.
type ref struct{ typ, id string }

// layer is a resource as the overlay has it; nil values stand for no resource. keyed says that
// its index keys are those of after, else the base has them still.
type layer struct {
	before, after *scim.Resource
	keyed         bool
}

var _ scim.Store = (*overlay)(nil)

func newOverlay(base scim.Store, most int) *overlay {
	return &overlay{base: base, most: most, docs: map[ref]*layer{}, edges: map[string]map[string]*scim.Member{}}
}

// Get implements scim.Store.
func (o *overlay) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	if l := o.docs[ref{typ, id}]; l != nil {
		if l.after == nil {
			return nil, scim.ErrNotFound
		}
		return l.after, nil
	}
	return o.base.Get(ctx, t, typ, id)
}

// Lookup implements scim.Store.
func (o *overlay) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	list, err := o.base.Lookup(ctx, t, typ, key, o.wider(page))
	if err != nil {
		return list, err
	}
	return o.merge(list, typ, page, func(r *scim.Resource) bool { return holds(r, key) }), nil
}

func holds(r *scim.Resource, key scim.IndexKey) bool {
	return slices.ContainsFunc(r.Keys, func(k scim.IndexKey) bool { return k.Attr == key.Attr && k.Value == key.Value })
}

// List implements scim.Store.
func (o *overlay) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	list, err := o.base.List(ctx, t, typ, o.wider(page))
	if err != nil {
		return list, err
	}
	return o.merge(list, typ, page, func(*scim.Resource) bool { return true }), nil
}

// wider asks for enough of the base that what the overlay hides is made up for.
func (o *overlay) wider(page scim.Page) scim.Page {
	return scim.Page{After: page.After, Limit: page.Offset + page.Limit + len(o.docs) + 1}
}

// merge puts the overlay's own resources into a range of the base.
func (o *overlay) merge(list scim.List, typ string, page scim.Page, want func(*scim.Resource) bool) scim.List {
	var all []*scim.Resource
	for _, r := range list.Resources {
		switch l := o.docs[ref{typ, r.ID}]; {
		case l == nil:
			all = append(all, r)
		case l.after != nil && !l.keyed:
			all = append(all, l.after)
		case list.Total > 0:
			list.Total--
		}
	}
	last := ""
	if n := len(list.Resources); n > 0 {
		last = list.Resources[n-1].ID
	}
	for k, l := range o.docs {
		if k.typ != typ || l.after == nil || !l.keyed || !want(l.after) || k.id <= page.After || list.More && k.id > last {
			continue
		}
		all = append(all, l.after)
		if list.Total >= 0 {
			list.Total++
		}
	}
	slices.SortFunc(all, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	from := min(page.Offset, len(all))
	to := min(from+page.Limit, len(all))
	return scim.List{Resources: all[from:to], Total: list.Total, More: list.More || to < len(all)}
}

// Members implements scim.Store.
func (o *overlay) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	own := o.edges[groupID]
	if len(own) == 0 {
		return o.base.Members(ctx, t, groupID, page)
	}
	wide := scim.Page{After: page.After, Limit: page.Offset + page.Limit + len(own) + 1}
	list, err := o.base.Members(ctx, t, groupID, wide)
	if err != nil {
		return list, err
	}
	all := make([]scim.Member, 0, len(list.Members)+len(own))
	for _, m := range list.Members {
		if _, changed := own[m.ID]; !changed {
			all = append(all, m)
		}
	}
	for id, m := range own {
		if m != nil && id > page.After {
			all = append(all, *m)
		}
	}
	slices.SortFunc(all, func(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) })
	from := min(page.Offset, len(all))
	to := min(from+page.Limit, len(all))
	return scim.MemberList{Members: all[from:to], Total: -1, More: list.More || to < len(all)}, nil
}

// IsMember implements scim.Store.
func (o *overlay) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	is, err := o.base.IsMember(ctx, t, groupID, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, id := range ids {
		in := is[id]
		if m, changed := o.edges[groupID][id]; changed {
			in = m != nil
		}
		if in {
			out[id] = true
		}
	}
	return out, nil
}

// MemberOf implements scim.Store.
func (o *overlay) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	of, err := o.base.MemberOf(ctx, t, ids)
	if err != nil || len(o.edges) == 0 {
		return of, err
	}
	out := map[string][]string{}
	for _, id := range ids {
		groups := slices.Clone(of[id])
		for g, members := range o.edges {
			m, changed := members[id]
			at, in := slices.BinarySearch(groups, g)
			switch {
			case changed && m == nil && in:
				groups = slices.Delete(groups, at, at+1)
			case changed && m != nil && !in:
				groups = slices.Insert(groups, at, g)
			}
		}
		if len(groups) > 0 {
			out[id] = groups
		}
	}
	return out, nil
}
