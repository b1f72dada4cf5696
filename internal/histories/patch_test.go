package histories

import "strings"

// patch is the body of a PATCH, with operations that op makes.
func (r *random) patch(op func() string) string {
	n := pick(r, 1, 1, 1, 1, 2, 2, 3, 5)
	if r.chance(0.01) {
		n = 40
	}
	schemas := `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`
	if r.odd() {
		schemas = pick(r, "", `"schemas":[],`, `"schemas":["x"],`)
	}
	return "{" + schemas + `"` + r.cased("Operations") + `":` + r.array(n, op) + "}"
}

// userOp is an operation of a PATCH of a user.
func (r *random) userOp() string {
	op := pick(r, "add", "replace", "replace", "remove")
	if r.odd() {
		op = pick(r, "Add", "REPLACE", "Remove", "update", "")
	}
	switch {
	case r.chance(0.15):
		return r.activeOp(op)
	case r.chance(0.2):
		return `{"op":"` + op + `","value":` + r.attributesOf() + `}`
	case r.chance(0.05):
		urn := pick(r, enterprise, badge, core, "urn:x:y")
		value := pick(r, "null", "{}", `{"department":`+r.text()+`}`, `{"manager":{"value":"`+r.user()+`"}}`, `{"title":`+r.text()+`}`, `{"plain":`+r.text()+`,"tags":["a"]}`)
		return pick(r, `{"op":"`+op+`","path":"`+urn+`","value":`+value+`}`, `{"op":"remove","path":"`+urn+`"}`)
	case r.odd():
		path := pick(r, "id", "meta.created", "schemas", "groups", `groups[value eq "x"]`, "", " ", "foo", "foo.bar", "members", "emails[", "emails[type eq]", "name.", ".name", "userName")
		return `{"op":"` + op + `","path":"` + escaped(path) + `","value":` + r.anything() + `}`
	}
	path, a := r.path()
	if strings.EqualFold(op, "remove") && !r.chance(0.15) {
		return `{"op":"` + op + `","path":"` + escaped(path) + `"}`
	}
	return `{"op":"` + op + `","path":"` + escaped(path) + `","value":` + r.value(a) + `}`
}

// activeOp deactivates or activates a user in one of the forms that identity providers send.
func (r *random) activeOp(op string) string {
	return pick(r, `{"op":"`+op+`","path":"active","value":`+r.boolean()+`}`, `{"op":"`+op+`","value":{"active":`+r.boolean()+`}}`,
		`{"op":"`+op+`","path":"`+core+`:active","value":`+r.boolean()+`}`, `{"op":"`+op+`","path":"Active","value":`+r.boolean()+`}`,
		`{"op":"`+op+`","value":[{"active":`+r.boolean()+`}]}`, `{"op":"`+op+`","path":"active"}`)
}

// attributesOf is the value of an operation without a path. Its names may be paths, as Entra sends them.
func (r *random) attributesOf() string {
	var members []string
	for range 1 + r.IntN(4) {
		a := r.attribute()
		name := a.name
		switch {
		case r.chance(0.3):
			name, a = r.path()
		case a.schema != "":
			name = a.schema + ":" + a.name
		}
		members = append(members, `"`+escaped(name)+`":`+r.value(a))
	}
	if r.chance(0.2) {
		members = append(members, `"`+enterprise+`":{"department":`+r.text()+`,"manager":{"value":"`+r.user()+`"}}`)
	}
	if r.odd() {
		members = append(members, pick(r, `"schemas":["`+core+`"]`, `"id":"x"`, `"meta":{}`, `"groups":[]`, `"foo":"x"`, `"`+core+`":{"title":"T"}`))
	}
	return r.object(members)
}

// path is the path of an operation, and the attribute that its value has (RFC 7644 §3.5.2).
func (r *random) path() (string, attribute) {
	a := r.attribute()
	name := r.qualified(a)
	if a.sub == nil {
		if r.odd() {
			name += pick(r, ".x", `[value eq "a"]`, ".value")
		}
		return name, a
	}
	s := pick(r, a.sub...)
	switch {
	case a.kind == complexValue && r.chance(0.6):
		return name + "." + r.cased(s.name), s
	case a.kind == complexValue || r.chance(0.3):
		return name, a
	case r.chance(0.25):
		return name + "[" + r.subFilter(a.sub, 2) + "]", attribute{name: a.name, kind: complexValue, sub: a.sub}
	case r.chance(0.3):
		return name + `[type eq "work"].value`, a.sub[0]
	}
	return name + "[" + r.subFilter(a.sub, 2) + "]." + r.cased(s.name), s
}

// escaped is a string as between the quotes of a JSON string.
func escaped(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }
