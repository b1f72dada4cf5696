package engine

import (
	"context"
	"slices"
	"sort"

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

// memberships are the groups of resources, by resource id.
type memberships struct {
	of   map[string][]GroupRef
	deep bool // groups further up than MaxNesting are left out
}

// groupsOf finds the direct and indirect groups of many resources at once. Nesting may be
// circular: a group is visited once per resource (L-05).
func (p *Provider) groupsOf(ctx context.Context, t *scim.Tenant, ids []string) (memberships, error) {
	if !sort.StringsAreSorted(ids) {
		ids = slices.Clone(ids)
		sort.Strings(ids)
	}
	parents, err := p.memberOf(ctx, t, ids)
	if err != nil {
		return memberships{}, err
	}
	return p.groupRefs(ctx, t, parents)
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
	var next []string
	for _, list := range parents {
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
