package oracle

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// request is one of a history. {{7}} in its texts is the id of what request 7 created, and {{tag 7}} its entity-tag.
type request struct {
	n      int
	method string
	path   string // below the base of the tenant
	header string // "Name: value", or ""
	body   string
}

// history is a list of requests of one tenant.
type history struct {
	seed     uint64
	strict   bool
	requests []request
}

// String is one request in each line.
func (h history) String() string {
	var b strings.Builder
	for _, q := range h.requests {
		fmt.Fprintf(&b, "#%-3d %s %s", q.n, q.method, q.path)
		if q.header != "" {
			b.WriteString("  " + q.header)
		}
		b.WriteString("  " + q.body + "\n")
	}
	return b.String()
}

// answer is that of the model to a request. A new resource is returned; it has no id, and is not kept yet.
func (m *model) answer(q request) (answer, *resource) {
	target, query, _ := strings.Cut(q.path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return refused(bad("invalidValue")), nil
	}
	endpoint, id, one := strings.Cut(target, "/")
	var typ *resourceType
	for _, t := range m.types {
		if t.endpoint == endpoint {
			typ = t
		}
	}
	if !one && q.method == http.MethodGet {
		return m.search(typ, values), nil
	}
	p, problems := parseProjection(typ, values)
	if !one {
		body, wrong := parseBody(q.body)
		if problems = append(problems, wrong...); problems != nil {
			return refused(problems), nil
		}
		return m.create(typ, body, p)
	}
	r := m.find(typ, id)
	if r == nil {
		return refused(append(problems, problem{404, ""})), nil
	}
	return m.item(r, q, p, problems), nil
}

// item answers a request for a resource that exists.
func (m *model) item(r *resource, q request, p projection, problems []problem) answer {
	field, tags, _ := strings.Cut(q.header, ": ")
	matches := tags == "*" || strings.Contains(tags, strings.TrimPrefix(r.tag(), "W/"))
	if field == "If-Match" && !matches {
		return refused(append(problems, problem{412, ""})) // E-05
	}
	if q.method == http.MethodGet || q.method == http.MethodDelete {
		switch {
		case problems != nil:
			return refused(problems)
		case q.method == http.MethodDelete:
			return m.remove(r)
		case field == "If-None-Match" && matches:
			return answer{status: 304, tag: r.tag()} // E-04
		}
		return answer{status: 200, tag: r.tag(), body: m.shown(r, p)}
	}
	body, wrong := parseBody(q.body)
	if problems = append(problems, wrong...); problems != nil {
		return refused(problems)
	}
	if q.method == http.MethodPut {
		return m.replace(r, body, p)
	}
	return m.patch(r, body, p)
}

func parseBody(text string) (object, []problem) {
	v, err := decode(text)
	o, ok := v.(object)
	if err != nil || !ok {
		return nil, bad("invalidSyntax") // H-04
	}
	return o, nil
}
