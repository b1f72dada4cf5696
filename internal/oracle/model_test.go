package oracle

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// model is a tenant.
type model struct {
	strict    bool
	base      string // of URLs
	types     []*resourceType
	resources []*resource // in the order of their creation
	now       time.Time
	hashes    int    // of passwords
	self      string // the user that makes the request
	cursors   map[string]*position
}

// resource is kept without what the service computes: id, meta, schemas, groups, and what others show of it.
type resource struct {
	typ               *resourceType
	id                string
	created, modified time.Time
	version           int
	body              object
	left              []any // the e-mail addresses as a client left them, and the version when the application changed it last
	seen              int
}

func (r *resource) tag() string { return fmt.Sprintf(`W/"%d"`, r.version) }

// answer is what the model answers: one of the problems, or a status with a body. The status 201 has no body until the
// resource has an id.
type answer struct {
	problems []problem
	status   int
	tag      string
	body     object
	show     projection // of a new resource
	next     *position  // of a list that has more pages
	bulk     []*bulkOp
	at       string // the location, where a header field must say it
}

func refused(problems []problem) answer { return answer{problems: problems} }

func (m *model) find(typ *resourceType, id string) *resource {
	for _, r := range m.resources {
		if r.typ == typ && r.id == id {
			return r
		}
	}
	return nil
}

// any finds a resource of any type.
func (m *model) any(id string) *resource {
	for _, r := range m.resources {
		if r.id == id {
			return r
		}
	}
	return nil
}

// draft is a resource that a request would leave, and what it named.
type draft struct {
	typ        *resourceType
	body       object
	named      map[*attr]bool // what the client sent, which shows what is returned on request
	unreadable map[*attr]bool
}

// read reads the body of POST and PUT.
func (m *model) read(typ *resourceType, body object) (draft, []problem) {
	r := m.reader()
	core := object{}
	var out draft
	containers := object{}
	for name, v := range body {
		switch e := typ.extension(name); {
		case e == nil:
			core[name] = v
		case v == nil:
		default:
			o, ok := v.(object)
			if !ok {
				r.fail("invalidValue")
				continue
			}
			if in := r.members(e.attrs, o); len(in) > 0 {
				containers[e.urn] = in
			}
		}
	}
	r.schemas(typ, body)
	out = draft{typ, r.members(typ.core.attrs, core), r.named, r.unreadable}
	delete(out.body, "schemas")
	maps.Copy(out.body, containers)
	return out, r.problems
}

// schemas checks the attribute schemas. A tolerant tenant infers it (COMMON-06).
func (r *reader) schemas(typ *resourceType, body object) {
	if !r.strict {
		return
	}
	list, _ := body["schemas"].([]any)
	base := false
	for _, e := range list {
		s, _ := e.(string)
		base = base || strings.EqualFold(s, typ.core.urn)
		if !strings.EqualFold(s, typ.core.urn) && typ.extension(s) == nil {
			r.fail("invalidSyntax")
		}
	}
	if !base {
		r.fail("invalidSyntax")
	}
}

func (m *model) create(typ *resourceType, body object, p projection) (answer, *resource) {
	d, problems := m.read(typ, body)
	active := find(typ.core.attrs, "active")
	if active != nil && d.body["active"] == nil && (!m.strict || !d.named[active]) {
		d.body["active"] = true // A-51, C-05
	}
	problems = append(problems, m.checked(d.body, typ, "")...)
	if problems != nil {
		return refused(problems), nil
	}
	if d.body["password"] != nil {
		m.hash(d.body)
	}
	r := &resource{typ: typ, created: m.now, modified: m.now, version: 1, body: d.body}
	p.named = d.named
	return answer{status: 201, tag: r.tag(), show: p}, r
}

// checked are the rules for a whole resource: what is required, what is unique, and who is a member. It takes members off
// that a tolerant tenant does not know.
func (m *model) checked(body object, typ *resourceType, id string) []problem {
	var out []problem
	for _, a := range typ.core.attrs {
		if a.Required && !assigned(body[a.Name]) {
			out = append(out, bad("invalidValue")...)
		}
	}
	out = append(out, m.members(body, id)...)
	if out != nil {
		return out
	}
	return m.taken(body, typ, id)
}

// taken finds values that must be unique and are not.
func (m *model) taken(body object, typ *resourceType, id string) []problem {
	for _, other := range m.resources {
		if other.typ != typ || other.id == id {
			continue
		}
		if clash(typ.core.attrs, body, other.body) {
			return []problem{{409, "uniqueness"}}
		}
		for _, e := range typ.extensions {
			mine, _ := body[e.urn].(object)
			theirs, _ := other.body[e.urn].(object)
			if clash(e.attrs, mine, theirs) {
				return []problem{{409, "uniqueness"}}
			}
		}
	}
	return nil
}

func clash(attrs []*attr, x, y object) bool {
	return slices.ContainsFunc(attrs, func(a *attr) bool {
		s, one := x[a.Name].(string)
		t, two := y[a.Name].(string)
		return a.Unique == "server" && one && two && s != "" && equalText(a, s, t)
	})
}

// members checks the members of a group, and keeps of each its id and type (L-01 to L-05).
func (m *model) members(body object, id string) []problem {
	list, _ := body["members"].([]any)
	var kept []any
	for _, e := range list {
		value, _ := e.(object)["value"].(string)
		r := m.any(value)
		switch {
		case value == id && id != "":
			return bad("invalidValue")
		case r == nil && m.strict:
			return bad("invalidValue")
		case r == nil:
			continue
		}
		if typ, given := e.(object)["type"].(string); given && !strings.EqualFold(typ, r.typ.name) {
			return bad("invalidValue")
		}
		member := object{"value": value, "type": r.typ.name}
		if !slices.ContainsFunc(kept, func(k any) bool { return reflect.DeepEqual(k, member) }) {
			kept = append(kept, member)
		}
	}
	if kept == nil {
		delete(body, "members")
	} else {
		slices.SortFunc(kept, func(x, y any) int {
			return strings.Compare(x.(object)["value"].(string), y.(object)["value"].(string))
		})
		body["members"] = kept
	}
	return nil
}
