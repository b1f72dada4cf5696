package engine

import (
	"context"
	"slices"
	"strconv"

	"github.com/scimstack/scimstack/pkg/scim"
)

// nested reports whether a group of the tenant may be in another one.
func (p *Provider) nested(ctx context.Context, t *scim.Tenant) (bool, error) {
	if n, ok := p.store.(scim.Nester); ok {
		return n.Nested(ctx, t.ID)
	}
	return true, nil
}

// above reads which groups the given ones are members of, and so on for MaxNesting levels. seen gains
// the groups of these levels. One level more is read and not added to seen: it tells closure whether
// anything is left out. A user costs at most MaxNesting+2 calls of MemberOf, however deep groups are nested.
func (p *Provider) above(ctx context.Context, t *scim.Tenant, next []string, seen map[string]bool) (up map[string][]string, err error) {
	if nested, err := p.nested(ctx, t); !nested || err != nil {
		return nil, err
	}
	up = map[string][]string{}
	for level := 0; len(next) > 0; level++ {
		parents, err := p.memberOf(ctx, t, next)
		if err != nil {
			return nil, err
		}
		for g, list := range parents {
			up[g] = list
		}
		if level == t.Limits.MaxNesting {
			break
		}
		next = distinct(parents, seen)
	}
	return up, nil
}

// closure returns the direct groups of one resource and the indirect ones, level by level. deep reports
// that there are groups further up than limit levels.
func closure(direct []string, up map[string][]string, names map[string]string, limit int) (out []GroupRef, deep bool) {
	visited := map[string]bool{}
	add := func(id string, isDirect bool) {
		name, exists := names[id]
		if !visited[id] && exists { // an edge may outlive its group for a moment
			out = append(out, GroupRef{ID: id, Display: name, Direct: isDirect})
		}
		visited[id] = true
	}
	for _, g := range direct {
		add(g, true)
	}
	queue := slices.Clone(direct)
	for level := 0; len(queue) > 0 && !deep; level++ {
		var next []string
		for _, g := range queue {
			for _, above := range up[g] {
				switch {
				case visited[above]:
				case level == limit:
					deep = true
				default:
					add(above, false)
					next = append(next, above)
				}
			}
		}
		queue = next
	}
	return out, deep
}

// tooDeep is the note that an answer does not show all indirect groups, or all indirect members.
func tooDeep(notes []string, t *scim.Tenant) []string {
	note := "memberships through more than " + strconv.Itoa(t.Limits.MaxNesting) + " levels of nested groups are left out (MaxNesting)"
	if slices.Contains(notes, note) {
		return notes
	}
	return append(notes, note)
}
