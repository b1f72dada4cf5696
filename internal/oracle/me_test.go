package oracle

import (
	"net/http"
	"strings"
)

// me answers /Me: as /Users/{id} of the user that the token is linked to (RFC 7644 §3.11).
func (m *model) me(q request) answer {
	switch {
	case q.as == "":
		return refused([]problem{{501, ""}}) // ME-01
	case q.method == http.MethodPost:
		return refused([]problem{{405, ""}})
	}
	q.path = "Users/" + q.as + strings.TrimPrefix(q.path, "Me")
	out, _ := m.respond(q)
	if out.status == http.StatusOK {
		out.at = m.base + "/Users/" + q.as // ME-02
	}
	return out
}

// selfish is a change of a user by itself that a user may not make: of active, by which an administrator locks it out.
func (m *model) selfish(r *resource, body object) []problem {
	if r.typ.name == "User" && r.id == m.self && body["active"] != r.body["active"] {
		return []problem{{403, ""}}
	}
	return nil
}

// me is a request with a token that is linked to a user.
func (r *random) me() request {
	typ := r.types[0]
	q := request{path: "Me" + r.projection("?", typ), as: pick(r, r.users...)}
	hot := r.hot
	defer func() { r.hot = hot }()
	if r.chance(0.5) {
		r.hot = map[*attr]bool{find(typ.core.attrs, "active"): true}
	}
	switch x := r.Float64(); {
	case x < 0.3:
		q.method = "GET"
	case x < 0.5:
		q.method, q.body = "PUT", r.resource(typ)
	case x < 0.55:
		q.method, q.path = "DELETE", "Me"
	case x < 0.6:
		q.method, q.path, q.body = "POST", "Me", r.resource(typ)
	default:
		q.method, q.body = "PATCH", r.patch(typ)
	}
	if r.chance(0.2) {
		q.as = ""
	} else if r.chance(0.2) && q.method != "POST" {
		q.path = strings.Replace(q.path, "Me", "Users/"+q.as, 1)
	}
	return q
}
