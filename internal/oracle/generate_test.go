package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
)

// random makes a history from its seed.
type random struct {
	*rand.Rand
	strict        bool
	n             int
	users, groups []string // placeholders
	things        []string // resources of the own type
	types         []*resourceType
	searches      []search
	world         *world
	hot           map[*attr]bool // attributes that a history is about: it writes, filters and sorts by them
}

// generate makes a history for a world.
func generate(seed uint64, w *world) history {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7644)), strict: seed%3 == 0, types: typesOf(seed), world: w}
	h := history{seed: seed, strict: r.strict}
	r.hot = map[*attr]bool{}
	for len(r.hot) < 6 {
		_, a, _ := r.path(r.types[0], false)
		r.hot[a] = true
	}
	for range 2 {
		_, a, _ := r.path(r.types[2], false)
		r.hot[a] = true
	}
	for range 12 + r.IntN(30) {
		r.n++
		q := r.request()
		if q.n = r.n; r.chance(0.06) {
			q.header = r.conditions(q)
		}
		if q.method == "GET" && r.chance(0.1) {
			q.method = "HEAD"
		}
		h.requests = append(h.requests, q)
	}
	return h
}

func (r *random) chance(p float64) bool { return r.Float64() < p }

func pick[T any](r *random, list ...T) T { return list[r.IntN(len(list))] }

func (r *random) request() request {
	x := r.Float64()
	switch {
	case len(r.users) < 3 || x < 0.12:
		r.users = append(r.users, fmt.Sprintf("{{%d}}", r.n))
		return request{method: "POST", path: "Users" + r.projection("?", r.types[0]), body: r.resource(r.types[0])}
	case len(r.groups) < 1 || x < 0.16:
		r.groups = append(r.groups, fmt.Sprintf("{{%d}}", r.n))
		return request{method: "POST", path: "Groups" + r.projection("?", r.types[1]), body: r.resource(r.types[1])}
	case len(r.things) < 1 || x < 0.19:
		r.things = append(r.things, fmt.Sprintf("{{%d}}", r.n))
		return request{method: "POST", path: "Things" + r.projection("?", r.types[2]), body: r.resource(r.types[2])}
	case x < 0.21 && !r.world.content: // of rows, only the simple answers have their versions translated
		return r.me()
	case x < 0.25 && len(r.searches) > 0:
		return r.next()
	case x < 0.29 && !r.world.content:
		return r.bulk()
	case x < 0.48:
		return r.search()
	case len(r.world.columns) > 0 && x < 0.57:
		return r.action()
	}
	typ := pick(r, r.types[0], r.types[0], r.types[0], r.types[1], r.types[2], r.types[2])
	id := pick(r, r.ids(typ)...)
	q := request{path: typ.endpoint + "/" + id + r.projection("?", typ)}
	switch {
	case x < 0.53:
		q.method = "GET"
	case x < 0.6:
		q.method, q.body = "PUT", r.resource(typ)
	case x < 0.62:
		q.method = "DELETE"
		q.path, _, _ = strings.Cut(q.path, "?")
	default:
		q.method, q.body = "PATCH", r.patch(typ)
	}
	return q
}

// conditions are header fields of any request, one in each line (RFC 9110 §13.1). Tags are malformed now and then.
func (r *random) conditions(q request) string {
	tags := []string{`W/"1"`, `"2"`, `W/"77", W/"2"`, `"1", "3"`, "*", `W/"one"`, "2", `"x,y",W/"1"`}
	if _, id, one := strings.Cut(q.path, "/{{"); one {
		id, _, _ = strings.Cut(id, "}}")
		tag := "{{tag " + id + "}}"
		tags = append(tags, tag, tag, `"0" , `+tag, strings.TrimPrefix(tag, "W/"))
	}
	var fields []string
	for _, name := range pick(r, []string{"If-Match"}, []string{"If-None-Match"}, []string{"If-Match", "If-None-Match"}) {
		fields = append(fields, name+": "+pick(r, tags...))
	}
	return strings.Join(fields, "\n")
}

// candidates are those who may be a member.
func (r *random) candidates() []string {
	if r.world.flat {
		return r.users
	}
	return append(slices.Clone(r.users), r.groups...)
}

func (r *random) ids(typ *resourceType) []string {
	switch typ.name {
	case "User":
		return r.users
	case "Group":
		return r.groups
	}
	return r.things
}

// resource is the body of a POST or PUT.
func (r *random) resource(typ *resourceType) string {
	o := object{"schemas": r.schemas(typ)}
	for _, a := range r.writable(typ.core.attrs) {
		if a.Required && !r.chance(0.03) || r.likely(a, 0.2) {
			o[a.Name] = r.value(a)
		}
	}
	for _, e := range typ.extensions {
		in := object{}
		for _, a := range r.writable(e.attrs) {
			if r.likely(a, 0.15) {
				in[a.Name] = r.value(a)
			}
		}
		if len(in) > 0 {
			o[e.urn] = in
		}
	}
	return encode(o)
}

func (r *random) schemas(typ *resourceType) []any {
	out := []any{typ.core.urn}
	for _, e := range typ.extensions {
		out = append(out, e.urn)
	}
	return out
}

// likely is chance, and more for what the history is about.
func (r *random) likely(a *attr, p float64) bool { return r.chance(p) || r.hot[a] && r.chance(0.6) }

// writable leaves out what every resource has, and what is read-only.
func (r *random) writable(attrs []*attr) []*attr {
	return slices.DeleteFunc(slices.Clone(attrs), func(a *attr) bool {
		return slices.Contains([]string{"schemas", "meta", "id", "groups"}, a.Name)
	})
}

func encode(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// projection is a parameter, now and then.
func (r *random) projection(before string, typ *resourceType) string {
	name, value := r.names(typ)
	if name == "" {
		return ""
	}
	return before + name + "=" + url.QueryEscape(value)
}

// names are what a projection shows or hides, now and then.
func (r *random) names(typ *resourceType) (parameter, value string) {
	if !r.chance(0.15) {
		return "", ""
	}
	var names []string
	for range 1 + r.IntN(3) {
		name, _, sub := r.path(typ, true)
		if names = append(names, name); sub != nil && r.chance(0.2) {
			names = append(names, name[:strings.LastIndexByte(name, '.')]) // all of what it is a part of
		}
	}
	if r.chance(0.3) {
		names = append(names, pick(r, "meta", "id", "schemas", "nothing", "groups", "meta.version", "members", urnCustom))
	}
	return pick(r, "attributes", "excludedAttributes"), strings.Join(names, ",")
}

// path is the name of an attribute, and perhaps of a part of it, with both.
func (r *random) path(typ *resourceType, parts bool) (name string, a, sub *attr) {
	s := typ.core
	if len(typ.extensions) > 0 && r.chance(0.5) {
		s = pick(r, typ.extensions...)
		name = s.urn + ":"
	}
	a = pick(r, r.writable(s.attrs)...)
	for range 12 {
		if r.hot[a] {
			break
		}
		a = pick(r, r.writable(s.attrs)...)
	}
	name += a.Name
	if parts && a.Sub != nil && r.chance(0.7) {
		sub = pick(r, a.Sub...)
		name += "." + sub.Name
	}
	return name, a, sub
}
