package engine

import (
	"context"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// groupRef is one entry of User.groups (RFC 7643 §4.1.2).
type groupRef struct {
	ID, Display string
	Direct      bool
}

// kind is the "type" of the entry.
func (g groupRef) kind() string {
	if g.Direct {
		return "direct"
	}
	return "indirect"
}

// groupsOf finds the direct and indirect groups of many resources at once. Nesting may be
// circular: a group is visited once per resource (L-05).
func (p *Provider) groupsOf(ctx context.Context, t *scim.Tenant, ids []string) (map[string][]groupRef, error) {
	if !sort.StringsAreSorted(ids) {
		ids = slices.Clone(ids)
		sort.Strings(ids)
	}
	parents, err := p.memberOf(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	return p.groupRefs(ctx, t, parents)
}

// groupRefs adds to direct groups the indirect ones, and names to all.
func (p *Provider) groupRefs(ctx context.Context, t *scim.Tenant, parents map[string][]string) (map[string][]groupRef, error) {
	if len(parents) == 0 {
		return nil, nil
	}
	up := map[string][]string{} // group → groups it is a member of
	seen := map[string]bool{}
	next := distinct(parents, seen)
	if n, ok := p.store.(scim.Nester); ok {
		nested, err := n.Nested(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		if !nested {
			next = nil
		}
	}
	for len(next) > 0 {
		level, err := p.memberOf(ctx, t, next)
		if err != nil {
			return nil, err
		}
		for g, above := range level {
			up[g] = above
		}
		next = distinct(level, seen)
	}
	names, err := p.groupNames(ctx, t, seen)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]groupRef, len(parents))
	for id, direct := range parents {
		out[id] = closure(direct, up, names)
	}
	return out, nil
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

func closure(direct []string, up map[string][]string, names map[string]string) []groupRef {
	visited := map[string]bool{}
	var out []groupRef
	add := func(id string, isDirect bool) {
		name, exists := names[id]
		if !visited[id] && exists { // an edge may outlive its group for a moment
			out = append(out, groupRef{ID: id, Display: name, Direct: isDirect})
		}
		visited[id] = true
	}
	for _, g := range direct {
		add(g, true)
	}
	queue := slices.Clone(direct)
	for len(queue) > 0 {
		g := queue[0]
		queue = queue[1:]
		for _, above := range up[g] {
			if !visited[above] {
				queue = append(queue, above)
			}
			add(above, false)
		}
	}
	return out
}
