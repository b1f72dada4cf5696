package storetest_test

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

var _ scim.Ranger = (*faulty)(nil)

// Range implements scim.Ranger.
func (s *faulty) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (out scim.RangeList, err error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return out, err
	}
	defer s.mu.Unlock()
	var all []scim.RangeEntry
	for _, d := range s.reach(t, "ranges cross tenants") {
		for _, rec := range d.docs {
			if rec.Type == typ || s.is("ranges ignore the type") {
				all = s.inRange(all, rec, r)
			}
		}
	}
	order := func(a, b scim.RangeEntry) int {
		x, y := a.Value, b.Value
		if s.is("ranges of letters") {
			x, y = strings.ToUpper(x), strings.ToUpper(y)
		}
		if c := compare(x, y); c != 0 && !s.is("ranges by id") {
			return c
		}
		return compare(a.Resource.ID, b.Resource.ID)
	}
	slices.SortFunc(all, order)
	if r.Reverse && !s.is("ranges in one direction") {
		slices.Reverse(all)
	}
	for page.After != "" && len(all) > 0 {
		c := order(all[0], scim.RangeEntry{Value: r.After, Resource: &scim.Resource{ID: page.After}})
		if r.Reverse {
			c = -c
		}
		if c > 0 || c == 0 && s.is("ranges repeat the position") {
			break
		}
		all = all[1:]
	}
	if !s.is("ranges ignore the offset") {
		all = all[min(page.Offset, len(all)):]
	}
	out.Entries, out.More = all[:min(page.Limit, len(all))], len(all) > page.Limit || s.is("ranges never end")
	return out, nil
}

// inRange appends the entries of a resource that are in a range.
func (s *faulty) inRange(all []scim.RangeEntry, rec *record, r scim.KeyRange) []scim.RangeEntry {
	if s.is("ranges ignore From") {
		r.From = ""
	}
	if s.is("ranges include From always") {
		r.From = strings.TrimSuffix(r.From, "\x00")
	}
	if s.is("ranges ignore To") {
		r.To = ""
	}
	if s.is("ranges ignore the prefix") {
		r.Prefix = ""
	}
	seen := map[string]bool{}
	for _, k := range rec.keys {
		if k.Attr != r.Attr && !s.is("ranges ignore the attribute") || !r.Contains(k.Value) || seen[k.Value] || s.is("ranges show a resource once") && len(seen) > 0 {
			continue
		}
		seen[k.Value] = true
		all = append(all, scim.RangeEntry{Value: k.Value, Resource: rec.Resource})
	}
	if s.is("ranges with released keys") && rec.Version > 1 && r.Contains("twin") && !seen["twin"] {
		all = append(all, scim.RangeEntry{Value: "twin", Resource: rec.Resource})
	}
	return all
}
