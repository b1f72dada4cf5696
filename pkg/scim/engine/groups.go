package engine

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// GroupRef is one entry of User.groups (RFC 7643 §4.1.2): a group that a resource is a member of,
// directly or as a member of a group inside it.
type GroupRef struct {
	ID, Display string
	Direct      bool
}

// kind is the "type" of the entry.
func (g GroupRef) kind() string {
	if g.Direct {
		return "direct"
	}
	return "indirect"
}

// memberships are the groups of resources.
type memberships struct {
	one  []GroupRef            // of the resource, if one was asked for
	of   map[string][]GroupRef // by resource id, if several were
	deep bool                  // groups further up than MaxNesting are left out
}

// groups are those of a resource that was asked for.
func (m *memberships) groups(id string) []GroupRef {
	if m.of == nil {
		return m.one
	}
	return m.of[id]
}

// unnamed removes the names of groups.
func (m *memberships) unnamed() {
	unnamed(m.one)
	for _, list := range m.of {
		unnamed(list)
	}
}

func unnamed(list []GroupRef) {
	for i := range list {
		list[i].Display = ""
	}
}

// groupsOf finds the direct and indirect groups of many resources at once. Nesting may be
// circular: a group is visited once per resource (L-05).
func (p *Provider) groupsOf(ctx context.Context, t *scim.Tenant, ids []string) (memberships, error) {
	if !sort.StringsAreSorted(ids) {
		ids = slices.Clone(ids)
		sort.Strings(ids)
	}
	parents, err := p.memberOf(ctx, t, ids)
	switch {
	case err != nil:
		return memberships{}, err
	case len(ids) == 1:
		return p.groupsOfOne(ctx, t, parents[ids[0]])
	}
	return p.groupRefs(ctx, t, parents)
}

// groupsOfOne adds to the direct groups of one resource the indirect ones, and names to all. Every answer with a
// user has them: without the maps that several resources need, a GET takes a tenth less.
func (p *Provider) groupsOfOne(ctx context.Context, t *scim.Tenant, direct []string) (m memberships, err error) {
	if len(direct) == 0 {
		return m, nil
	}
	nested, err := p.nested(ctx, t)
	if err != nil {
		return m, err
	}
	if nested {
		const it = ""
		m, err = p.groupRefs(ctx, t, map[string][]string{it: direct})
		return memberships{one: m.of[it], deep: m.deep}, err
	}
	found, err := p.getMany(ctx, t, schema.TypeGroup, direct)
	slices.SortFunc(found, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) }) // as direct is
	m.one = make([]GroupRef, 0, len(found))
	for _, r := range found {
		m.one = append(m.one, GroupRef{ID: r.ID, Display: displayOf(r), Direct: true})
	}
	return m, err
}

// groupRefs adds to direct groups the indirect ones, and names to all.
func (p *Provider) groupRefs(ctx context.Context, t *scim.Tenant, parents map[string][]string) (m memberships, err error) {
	if len(parents) == 0 {
		return m, nil
	}
	seen := map[string]bool{}
	up, err := p.above(ctx, t, distinct(parents, seen), seen)
	if err != nil {
		return m, err
	}
	names, err := p.groupNames(ctx, t, seen)
	if err != nil {
		return m, err
	}
	m.of = make(map[string][]GroupRef, len(parents))
	var last []string // on most pages many resources are in the same groups
	var refs []GroupRef
	for id, direct := range parents {
		if !slices.Equal(last, direct) {
			var deep bool
			refs, deep = closure(direct, up, names, t.Limits.MaxNesting)
			last, m.deep = direct, m.deep || deep
		}
		m.of[id] = refs
	}
	return m, nil
}

// memberOf is Store.MemberOf in portions of the size it takes.
func (p *Provider) memberOf(ctx context.Context, t *scim.Tenant, ids []string) (map[string][]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) <= 1000 {
		return p.store.MemberOf(ctx, t.ID, ids)
	}
	out := map[string][]string{}
	for part := range slices.Chunk(ids, 1000) {
		m, err := p.store.MemberOf(ctx, t.ID, part)
		if err != nil {
			return nil, err
		}
		for k, v := range m {
			out[k] = v
		}
	}
	return out, nil
}

func distinct(parents map[string][]string, seen map[string]bool) []string {
	var next, last []string // many are in the same groups as the one before
	for _, list := range parents {
		if slices.Equal(last, list) {
			continue
		}
		last = list
		for _, g := range list {
			if !seen[g] {
				seen[g] = true
				next = append(next, g)
			}
		}
	}
	sort.Strings(next)
	return next
}

func (p *Provider) groupNames(ctx context.Context, t *scim.Tenant, ids map[string]bool) (map[string]string, error) {
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	sort.Strings(list)
	names := make(map[string]string, len(list))
	found, err := p.getMany(ctx, t, schema.TypeGroup, list)
	for _, r := range found {
		names[r.ID] = displayOf(r)
	}
	return names, err
}
