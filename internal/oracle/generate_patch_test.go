package oracle

import "strings"

// patch is the body of a PATCH.
func (r *random) patch(typ *resourceType) string {
	operations := []any{}
	for range pick(r, 1, 1, 1, 2, 2, 3) {
		operations = append(operations, r.operation(typ))
	}
	return encode(object{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": operations})
}

func (r *random) operation(typ *resourceType) object {
	op := pick(r, "add", "replace", "replace", "remove")
	name, a, sub := r.path(typ, true)
	o := object{"op": op, "path": name}
	if r.chance(0.12) && op != "remove" {
		delete(o, "path")
		o["value"] = r.members(typ)
		return o
	}
	switch {
	case a.Name == "members" && (sub != nil || r.chance(0.6)): // of members, a filter must select one by its value
		o["path"] = `members[value eq "` + pick(r, r.candidates()...) + `"]`
		if o["value"] = (object{"value": pick(r, r.candidates()...)}); op == "replace" {
			o["value"] = object{"value": pick(r, o["value"].(object)["value"].(string), "other")}
			if r.chance(0.5) {
				o["value"] = pick[any](r, nil, object{"value": strings.Split(o["path"].(string), `"`)[1]})
			}
		}
		if op == "remove" {
			delete(o, "value")
		}
		return o
	case a.Name == "members":
	case a.Multi && a.Type == "complex" && r.chance(0.6):
		urn := strings.TrimSuffix(strings.TrimSuffix(name, "."+subName(sub)), a.Name)
		if sub == nil || r.chance(0.3) {
			sub = nil
			o["path"] = urn + a.Name + "[" + r.elements(a, 1) + "]"
		} else {
			o["path"] = urn + a.Name + "[" + r.elements(a, 1) + "]." + sub.Name
		}
		if sub == nil {
			a = single(a)
		}
	}
	if sub != nil {
		a = sub
	}
	if op != "remove" {
		o["value"] = r.shaped(a)
	}
	return o
}

// shaped is a value of an attribute, and at times a single one in the shape of a multi-valued attribute.
func (r *random) shaped(a *attr) any {
	v := r.value(a)
	if a.Multi || a.Type == "complex" || !r.chance(0.15) {
		return v
	}
	return pick[any](r, []any{v}, object{"value": v}, []any{object{"$ref": nil, "value": v}}, []any{object{"value": v, "type": "work"}}, []any{v, v})
}

func subName(sub *attr) string {
	if sub == nil {
		return ""
	}
	return sub.Name
}

// members is the value of an operation without a path.
func (r *random) members(typ *resourceType) object {
	out := object{}
	for range 1 + r.IntN(3) {
		_, a, _ := r.path(typ, false)
		if find(typ.core.attrs, a.Name) == a {
			out[a.Name] = r.shaped(a)
		}
	}
	return out
}
