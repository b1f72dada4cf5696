package oracle

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// query is a search in the resources of some types: of one, or in the root of all (RFC 7644 §3.4.2).
type query struct {
	types []*resourceType
	root  bool
	url.Values
}

// hit is a match with the value that it is sorted by, or nil.
type hit struct {
	*resource
	leaf *attr
	key  any
}

// search answers a list. Each type has its own projection.
func (m *model) search(q query, problems []problem) answer {
	shows := map[*resourceType]projection{}
	for _, typ := range q.types {
		p, wrong := parseProjection(typ, q.Values)
		shows[typ], problems = p, append(problems, wrong...)
	}
	from, bad1 := whole(q.Values, "startIndex", 1)
	count, bad2 := whole(q.Values, "count", 100)
	from, count = max(from, 1), max(count, 0) // G-01, G-02
	matches, bad3 := m.matches(q)
	before, bad4 := q.sorted(matches)
	at, bad5 := m.position(q, &count)
	if problems = slices.Concat(problems, bad1, bad2, bad3, bad4, bad5); problems != nil {
		return refused(problems)
	}
	out := answer{status: 200, body: object{"totalResults": len(matches)}}
	rest := matches[min(from-1, len(matches)):]
	if at != nil {
		rest = slices.DeleteFunc(slices.Clone(matches), func(h hit) bool { return before(h, at.last) <= 0 })
	}
	page := rest[:min(count, len(rest))]
	resources := make([]any, len(page))
	for i, h := range page {
		resources[i] = m.shown(h.resource, shows[h.typ])
	}
	out.body["itemsPerPage"], out.body["Resources"] = len(page), resources
	if !q.Has("cursor") {
		out.body["startIndex"] = from
	}
	if len(page) < len(rest) && count > 0 && (q.Has("cursor") || q.Get("startIndex") == "") { // AM-21
		out.next = &position{bound: q.bound(), count: count, last: page[len(page)-1], until: m.now.Unix() + 3600}
	}
	return out
}

// matches are the resources that a filter finds: type by type, in the order of their creation.
func (m *model) matches(q query) ([]hit, []problem) {
	var out []hit
	for _, typ := range q.types {
		var filter *node
		if q.Get("filter") != "" {
			var problems []problem
			if filter, problems = m.parseFilter(typ, q.Get("filter"), q.root); problems != nil {
				return nil, problems
			}
		}
		at := (&grammar{typ: typ}).path(q.Get("sortBy"))
		for _, r := range m.resources {
			full := m.full(r)
			if r.typ != typ || filter != nil && !filter.holds(full) {
				continue
			}
			h := hit{resource: r}
			if at.attr != nil && at.leaf() != nil {
				h.leaf, h.key = at.leaf(), at.sortValue(full)
			}
			out = append(out, h)
		}
	}
	return out, nil
}

// sorted sorts by sortBy: missing values are last, or first in descending order, and equal ones by id (RFC 7644 §3.4.2.3,
// O-07). It returns the order. Without sortBy it is that of types and ids, which is that of the creation.
func (q query) sorted(in []hit) (before func(x, y hit) int, problems []problem) {
	direction := 1
	switch strings.ToLower(q.Get("sortOrder")) {
	case "", "ascending":
	case "descending":
		direction = -1
	default:
		return nil, bad("invalidValue")
	}
	if q.Get("sortBy") == "" {
		return func(x, y hit) int {
			return cmp.Or(cmp.Compare(slices.Index(q.types, x.typ), slices.Index(q.types, y.typ)), cmp.Compare(x.id, y.id))
		}, nil
	}
	known := false
	for _, typ := range q.types {
		at := (&grammar{typ: typ}).path(q.Get("sortBy"))
		if at.attr == nil {
			continue
		}
		if at.sub == nil && at.attr.Type == "complex" && !at.attr.Multi || at.leaf() == nil || at.leaf().Type == "complex" || at.attr.Ret == "never" || at.sub != nil && at.sub.Ret == "never" {
			return nil, bad("invalidValue") // O-05, O-07
		}
		known = true
	}
	if !known {
		return nil, bad("invalidValue")
	}
	before = func(x, y hit) int { return direction * cmp.Or(compareKeys(x, y), strings.Compare(x.id, y.id)) }
	slices.SortStableFunc(in, before)
	return before, nil
}

func compareKeys(x, y hit) int {
	switch {
	case x.key == nil && y.key == nil:
		return 0
	case x.key == nil:
		return 1
	case y.key == nil:
		return -1
	case x.leaf != y.leaf && x.leaf.Type == "string":
		return strings.Compare(folded(x.leaf, x.key.(string)), folded(y.leaf, y.key.(string)))
	}
	return order(x.leaf, x.key, y.key)
}

// searchBody are the parameters of POST .search (RFC 7644 §3.4.3).
func (m *model) searchBody(text string) (url.Values, []problem) {
	body, problems := parseBody(text)
	if problems != nil {
		return nil, problems
	}
	if schemas := list(body["schemas"]); !slices.Contains(schemas, any(urnSearch)) && (m.strict || body["schemas"] != nil) {
		return nil, bad("invalidSyntax")
	}
	out := url.Values{}
	for name, v := range body {
		number := name == "startIndex" || name == "count"
		switch v := v.(type) {
		case string:
			out.Set(name, v)
			if number {
				problems = bad("invalidValue")
			}
		case json.Number:
			out.Set(name, v.String())
		case []any:
			var names []string
			for _, e := range v {
				names = append(names, e.(string))
			}
			out.Set(name, strings.Join(names, ","))
		}
	}
	return out, problems
}

const urnSearch = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

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
