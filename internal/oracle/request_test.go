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
	header string // "Name: value" in each line
	body   string
	later  int    // seconds that pass before
	as     string // the user that the token is linked to
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
		if q.as != "" {
			b.WriteString("  as " + q.as)
		}
		if q.header != "" {
			b.WriteString("  " + strings.ReplaceAll(q.header, "\n", "  "))
		}
		if q.later > 0 {
			fmt.Fprintf(&b, "  %d seconds later", q.later)
		}
		b.WriteString("  " + q.body + "\n")
	}
	return b.String()
}

// answer is that of the model to a request. A new resource is returned; it has no id, and is not kept yet.
func (m *model) answer(q request) (answer, *resource) {
	head := q.method == http.MethodHead
	if head {
		q.method = http.MethodGet
	}
	out, made := m.respond(q)
	if head {
		out.body = nil
	}
	return out, made
}

func (m *model) respond(q request) (answer, *resource) {
	target, query, _ := strings.Cut(q.path, "?")
	if m.self = q.as; q.as != "" {
		if r := m.find(m.types[0], q.as); r == nil || r.body["active"] == false {
			return refused([]problem{{401, ""}}), nil // a leaver has no token
		}
	}
	if target == "Me" {
		return m.me(q), nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return refused(bad("invalidValue")), nil
	}
	endpoint, id, one := strings.Cut(target, "/")
	search := strings.HasSuffix(target, ".search") // for which POST reads
	one = one && !search
	var typ *resourceType
	for _, t := range m.types {
		if t.endpoint == endpoint {
			typ = t
		}
	}
	var problems []problem
	if tags := q.fields("If-Match"); !one && tags != "" && tags != "*" {
		problems = append(problems, problem{412, ""}) // a list has no version
	}
	if search {
		var wrong []problem
		if values, wrong = m.searchBody(q.body); wrong != nil {
			return refused(append(problems, wrong...)), nil
		}
	}
	if !one && q.method == http.MethodGet || search {
		return m.search(m.query(typ, values), problems), nil
	}
	p, wrong := parseProjection(typ, values)
	problems = append(problems, wrong...)
	if !one {
		body, wrong := parseBody(q.body)
		if problems = append(problems, wrong...); problems != nil {
			return refused(problems), nil
		}
		return m.create(typ, body, p)
	}
	r := m.find(typ, id)
	if r == nil {
		if q.method == http.MethodDelete && typ.name == "User" {
			m.unmanaged(id)
		}
		return refused(append(problems, problem{404, ""})), nil
	}
	return m.item(r, q, p, problems), nil
}

// query is a search in one type or, without one, in the root.
func (m *model) query(typ *resourceType, values url.Values) query {
	if typ == nil {
		return query{types: m.types, root: true, Values: values}
	}
	return query{types: []*resourceType{typ}, Values: values}
}

// fields are the values of a header field.
func (q request) fields(name string) string {
	for line := range strings.Lines(q.header) {
		if field, value, _ := strings.Cut(strings.TrimSpace(line), ": "); field == name {
			return value
		}
	}
	return ""
}

// matches says whether a header field names the version of a resource: weakly, for weak tags are all there are (E-06).
func (r *resource) matches(tags string) bool {
	weak := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "W/") }
	for tag := range strings.SplitSeq(tags, ",") {
		if weak(tag) == "*" || weak(tag) == weak(r.tag()) {
			return true
		}
	}
	return false
}

// item answers a request for a resource that exists.
func (m *model) item(r *resource, q request, p projection, problems []problem) answer {
	wanted, known := q.fields("If-Match"), q.fields("If-None-Match")
	if wanted != "" && !r.matches(wanted) {
		return refused(append(problems, problem{412, ""})) // E-05
	}
	unchanged := known != "" && r.matches(known)
	if unchanged && q.method != http.MethodGet {
		return refused(append(problems, problem{412, ""})) // RFC 9110 §13.1.2
	}
	if q.method == http.MethodGet || q.method == http.MethodDelete {
		switch {
		case problems != nil:
			return refused(problems)
		case q.method == http.MethodDelete:
			return m.remove(r)
		case unchanged:
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
