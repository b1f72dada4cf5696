package oracle

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// search is a request for a list, by GET or POST.
type search struct {
	n        int
	endpoint string // "": the root
	params   params
	later    int
}

// params are parameters in an order.
type params [][2]string

func (p *params) set(name, value string) {
	p.drop(name)
	*p = append(*p, [2]string{name, value})
}

func (p *params) drop(name string) {
	*p = slices.DeleteFunc(*p, func(x [2]string) bool { return x[0] == name })
}

// request is a search with the parameters in its URL or in its body.
func (s search) request(post bool) request {
	if !post {
		q := url.Values{}
		for _, p := range s.params {
			q.Set(p[0], p[1])
		}
		text := strings.NewReplacer("%7B%7B", "{{", "%7D%7D", "}}", "cursor+", "cursor ").Replace(q.Encode())
		return request{method: "GET", path: s.endpoint + "?" + text, later: s.later}
	}
	body := object{"schemas": []any{urnSearch}}
	for _, p := range s.params {
		body[p[0]] = p[1]
		if n, err := strconv.Atoi(p[1]); err == nil && (p[0] == "count" || p[0] == "startIndex") {
			body[p[0]] = n
		}
		if strings.HasSuffix(p[0], "ttributes") && s.n%3 > 0 { // a string is taken as well
			body[p[0]] = strings.Split(p[1], ",")
		}
	}
	return request{method: "POST", path: strings.TrimPrefix(s.endpoint+"/.search", "/"), body: encode(body), later: s.later}
}

// search is a list with a filter, an order, a page.
func (r *random) search() request {
	typ := pick(r, r.types[0], r.types[0], r.types[0], r.types[1], r.types[2], r.types[2])
	q := search{n: r.n, endpoint: typ.endpoint}
	if r.chance(0.15) {
		q.endpoint = ""
	}
	if r.chance(0.8) {
		q.params.set("filter", r.filter(typ, 2))
	}
	if r.chance(0.3) {
		name, a, sub := r.path(typ, true)
		if a.Name == "members" || a.Ret == "request" || sub != nil && sub.Ret == "request" {
			// members are too many to be read for every group; what GET does not show is no order that a client can see
			name = "externalId"
		}
		q.params.set("sortBy", pick(r, name, name, name, "meta.created", "id", "displayName", "userName"))
		if r.chance(0.5) {
			q.params.set("sortOrder", pick(r, "ascending", "descending", "descending"))
		}
	}
	if r.chance(0.15) {
		q.params.set("cursor", "")
	} else if r.chance(0.25) {
		q.params.set("startIndex", pick(r, "1", "2", "3", "0", "-1", "99"))
	}
	if r.chance(0.35) {
		q.params.set("count", pick(r, "0", "1", "1", "2", "2", "3", "-1", "x"))
	}
	if name, value := r.names(typ); name != "" {
		q.params.set(name, value)
	}
	r.searches = append(r.searches, q)
	return q.request(r.chance(0.25))
}

func (r *random) filter(typ *resourceType, depth int) string {
	if depth > 0 && r.chance(0.35) {
		return r.combined(func() string { return r.filter(typ, depth-1) })
	}
	name, a, sub := r.path(typ, true)
	if a.Multi && a.Type == "complex" && r.chance(0.5) {
		return r.valuePath(typ, a)
	}
	if sub != nil {
		a = sub
	}
	return r.comparison(name, a)
}

// valuePath is a filter of the elements of a list.
func (r *random) valuePath(typ *resourceType, a *attr) string {
	name := a.Name
	for _, e := range typ.extensions {
		if find(e.attrs, a.Name) == a {
			name = e.urn + ":" + a.Name
		}
	}
	return name + "[" + r.elements(a, 2) + "]"
}

func (r *random) elements(a *attr, depth int) string {
	if depth > 0 && r.chance(0.35) {
		return r.combined(func() string { return r.elements(a, depth-1) })
	}
	s := pick(r, a.Sub...)
	return r.comparison(s.Name, s)
}

func (r *random) combined(part func() string) string {
	switch r.IntN(5) {
	case 0:
		return part() + pick(r, " or ", " OR ") + part()
	case 1:
		return pick(r, "not (", "not(", "NOT (") + part() + ")"
	case 2:
		return "(" + part() + ") and (" + part() + ")"
	case 3:
		return part() + " or " + part() + " and " + part()
	}
	return part() + pick(r, " and ", " AND ") + part()
}

func (r *random) comparison(name string, a *attr) string {
	op := pick(r, "eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "EQ", "Co")
	if r.chance(0.05) {
		name = strings.ToUpper(name)
	}
	if op == "pr" {
		return name + " pr"
	}
	return name + " " + op + " " + r.literal(a)
}

func (r *random) literal(a *attr) string {
	if r.chance(0.06) {
		return pick(r, "null", `"x"`, "5", "true")
	}
	if a.Type == "complex" {
		if value := find(a.Sub, "value"); value != nil {
			a = value
		} else {
			return `"x"`
		}
	}
	v := r.single(a)
	if s, ok := v.(string); ok && a.Type == "string" && len(s) > 2 && formats[a.path] == nil && formats[a.Name] == nil && r.chance(0.4) {
		v = pick[any](r, s[:1], strings.TrimSpace(s[1:]), strings.ToUpper(s), strings.ToLower(s))
	}
	return encode(v)
}
