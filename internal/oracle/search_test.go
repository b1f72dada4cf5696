package oracle

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// search answers a list (RFC 7644 §3.4.2).
func (m *model) search(typ *resourceType, q url.Values) answer {
	var problems []problem
	p, bad1 := parseProjection(typ, q)
	from, bad2 := whole(q, "startIndex", 1)
	count, bad3 := whole(q, "count", 100)
	problems = append(append(append(problems, bad1...), bad2...), bad3...)
	matches, bad4 := m.matches(typ, q)
	problems = append(problems, bad4...)
	matches, bad5 := m.sorted(typ, matches, q)
	if problems = append(problems, bad5...); problems != nil {
		return refused(problems)
	}
	from, count = max(from, 1), max(count, 0) // G-01, G-02
	page := matches[min(from-1, len(matches)):]
	page = page[:min(count, len(page))]
	resources := make([]any, len(page))
	for i, r := range page {
		resources[i] = m.shown(r, p)
	}
	return answer{status: 200, body: object{"totalResults": len(matches), "startIndex": from, "itemsPerPage": len(page), "Resources": resources}}
}

// matches are the resources that a filter finds, in the order of their creation.
func (m *model) matches(typ *resourceType, q url.Values) ([]*resource, []problem) {
	var filter *node
	if q.Has("filter") {
		var problems []problem
		if filter, problems = m.parseFilter(typ, q.Get("filter")); problems != nil {
			return nil, problems
		}
	}
	var out []*resource
	for _, r := range m.resources {
		if r.typ == typ && (filter == nil || filter.holds(m.full(r))) {
			out = append(out, r)
		}
	}
	return out, nil
}

// sorted sorts by sortBy: missing values are last, or first in descending order, and equal ones by id (RFC 7644 §3.4.2.3, O-07).
func (m *model) sorted(typ *resourceType, in []*resource, q url.Values) ([]*resource, []problem) {
	direction := 1
	switch strings.ToLower(q.Get("sortOrder")) {
	case "", "ascending":
	case "descending":
		direction = -1
	default:
		return nil, bad("invalidValue")
	}
	if q.Get("sortBy") == "" {
		return in, nil
	}
	at := (&grammar{typ: typ}).path(q.Get("sortBy"))
	if at.attr == nil || at.leaf() == nil || at.leaf().Type == "complex" || at.attr.Ret == "never" {
		return nil, bad("invalidValue") // O-05, O-07
	}
	slices.SortStableFunc(in, func(x, y *resource) int {
		v, w := at.sortValue(m.full(x)), at.sortValue(m.full(y))
		switch {
		case v == nil && w == nil:
		case v == nil:
			return direction
		case w == nil:
			return -direction
		default:
			if c := order(at.leaf(), v, w); c != 0 {
				return direction * c
			}
		}
		return direction * strings.Compare(x.id, y.id)
	})
	return in, nil
}

// sortValue is the value that decides: of a list that of the primary element, or of the first (O-04).
func (at path) sortValue(o object) any {
	if v := at.decisive(o); assigned(v) {
		return v
	}
	return nil
}

func (at path) decisive(o object) any {
	all := elements(o, at)
	if i := slices.IndexFunc(all, func(e any) bool { in, _ := e.(object); return in["primary"] == true }); i > 0 {
		all = all[i:]
	}
	if len(all) == 0 {
		return nil
	}
	leaf := at.leaf()
	in, complexValue := all[0].(object)
	if !complexValue {
		return all[0]
	}
	if values := list(in[leaf.Name]); values != nil {
		return values[0]
	}
	return in[leaf.Name]
}

// whole is a parameter that is a number (G-08).
func whole(q url.Values, name string, without int) (int, []problem) {
	if q.Get(name) == "" {
		return without, nil
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil {
		return 0, bad("invalidValue")
	}
	return n, nil
}

func parseProjection(typ *resourceType, q url.Values) (projection, []problem) {
	p := projection{chosen: q.Get("attributes") != "", without: q.Get("excludedAttributes") != ""}
	if p.chosen && p.without {
		return p, bad("invalidValue") // V-07
	}
	p.attributes, p.excluded = named(typ, q.Get("attributes")), named(typ, q.Get("excludedAttributes"))
	return p, nil
}
