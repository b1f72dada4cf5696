package overlay

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Lookup implements scim.Store. Total is -1 where the overlay has changed index keys of the type
// and one page does not hold all matches.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	if err := usable(ctx, t); err != nil {
		return scim.List{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lookup(ctx, t, typ, key, page)
}

func (s *Store) lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	l := s.of(t)
	list, err := s.base.Lookup(ctx, t, typ, key, l.wider(page))
	if err != nil {
		return list, err
	}
	holds := func(r *scim.Resource) bool {
		return slices.ContainsFunc(r.Keys, func(k scim.IndexKey) bool { return k.Attr == key.Attr && k.Value == key.Value })
	}
	out := l.merge(list, page, typ, holds)
	if !l.rekeyed(typ) {
		out.Total = list.Total
	}
	return out, nil
}

// List implements scim.Store.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	if err := usable(ctx, t); err != nil {
		return scim.List{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := s.of(t)
	list, err := s.base.List(ctx, t, typ, l.wider(page))
	if err != nil {
		return list, err
	}
	out := l.merge(list, page, typ, func(*scim.Resource) bool { return true })
	if list.Total >= 0 {
		out.Total = list.Total + l.growth(typ)
	}
	return out, nil
}

// wider asks the base for so many resources that the page is full without those that the overlay
// hides.
func (l *layer) wider(page scim.Page) scim.Page {
	return scim.Page{After: page.After, Limit: page.Offset + page.Limit + len(l.docs) + 1}
}

// merge makes a page from a range of the base and from the resources in the overlay that match.
// Total is the number of all matches if it is certain, and -1 otherwise.
func (l *layer) merge(list scim.List, page scim.Page, typ string, match func(*scim.Resource) bool) scim.List {
	all := l.unkeyed(list.Resources, typ)
	for ref, st := range l.docs {
		if ref.Type == typ && ref.ID > page.After && st.after != nil && st.keyed && match(st.after) {
			all = append(all, l.now(st))
		}
	}
	slices.SortFunc(all, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	out := scim.List{Total: -1}
	if page.After == "" && !list.More {
		out.Total = len(all)
	}
	out.Resources, out.More = cut(all, page)
	out.More = out.More || list.More
	return out
}

// unkeyed returns those of a range of the base whose index keys the overlay has not changed, as
// they are now.
func (l *layer) unkeyed(list []*scim.Resource, typ string) []*scim.Resource {
	var out []*scim.Resource
	for _, r := range list {
		st := l.docs[scim.Ref{Type: typ, ID: r.ID}]
		switch {
		case st == nil:
			out = append(out, l.touch(r, 0))
		case !st.keyed:
			out = append(out, l.now(st))
		}
	}
	return out
}

// rekeyed reports whether the overlay has changed index keys of a type.
func (l *layer) rekeyed(typ string) bool {
	for ref, st := range l.docs {
		if ref.Type == typ && st.keyed {
			return true
		}
	}
	return false
}

// growth is how many resources of a type the overlay has more than the base.
func (l *layer) growth(typ string) int {
	n := 0
	for ref, st := range l.docs {
		switch {
		case ref.Type != typ:
		case st.before == nil && st.after != nil:
			n++
		case st.before != nil && st.after == nil:
			n--
		}
	}
	return n
}

// cut applies Offset and Limit to what follows After.
func cut[T any](all []T, page scim.Page) (part []T, more bool) {
	from := min(page.Offset, len(all))
	to := min(from+page.Limit, len(all))
	return all[from:to], to < len(all)
}
