package oracle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxOperations is the limit of the tenants.
const maxOperations = 9

// bulk is a POST /Bulk. Operations refer to what others create: before them and, one of each, after them. Two such references in
// one operation are run in an order that is open.
func (r *random) bulk() request {
	type plan struct {
		method string
		typ    *resourceType
	}
	plans := make([]plan, pick(r, 1, 2, 3, 4, 5, 6, maxOperations, maxOperations+1))
	for i := range plans {
		plans[i] = plan{pick(r, "POST", "POST", "POST", "PATCH", "PATCH", "PUT", "DELETE"), pick(r, r.types...)}
	}
	circle, hot := r.chance(0.4), r.hot
	if circle {
		r.hot = r.referring()
		for i := range plans {
			plans[i] = plan{pick(r, "POST", "POST", "POST", "POST", "PATCH"), pick(r, plans[0].typ, r.types[1])}
		}
	}
	users, groups := r.users, r.groups
	defer func() { r.users, r.groups, r.hot = users, groups, hot }()
	refs := func(typ *resourceType, before, after int) (out []string) {
		for i, p := range plans {
			if p.method == "POST" && p.typ == typ && (i < before || i == after) {
				out = append(out, fmt.Sprintf("bulkId:b%d", i))
			}
		}
		return out
	}
	operations := []any{}
	for i, p := range plans {
		after := i + r.IntN(len(plans)-i)
		r.users = slices.Concat(users, refs(r.types[0], i, after))
		r.groups = slices.Concat(groups, refs(r.types[1], i, after))
		if made := r.users[len(users):]; circle && len(made) > 0 {
			r.users = made
		}
		if made := r.groups[len(groups):]; circle && len(made) > 0 {
			r.groups = made
		}
		if r.chance(0.05) {
			r.users = append(r.users, "bulkId:none")
		}
		operations = append(operations, r.bulkOperation(i, p.method, p.typ))
	}
	body := object{"schemas": []any{urnBulk}, "Operations": operations}
	if r.chance(0.3) {
		body["failOnErrors"] = pick(r, 0, 1, 1, 2)
	}
	for i, p := range plans {
		id := fmt.Sprintf("{{%d:b%d}}", r.n, i)
		if p.method == "POST" && p.typ == r.types[0] {
			users = append(users, id)
		} else if p.method == "POST" && p.typ == r.types[1] {
			groups = append(groups, id)
		}
	}
	return request{method: "POST", path: "Bulk", body: encode(body)}
}

// referring are the attributes that refer to resources, for histories about them.
func (r *random) referring() map[*attr]bool {
	return map[*attr]bool{
		find(r.types[0].extension(urnEnterprise).attrs, "manager"): true,
		find(r.types[0].extension(urnCustom).attrs, "link"):        true,
		find(r.types[1].core.attrs, "members"):                     true,
	}
}

func (r *random) bulkOperation(i int, method string, typ *resourceType) object {
	o := object{"method": method, "path": "/" + typ.endpoint}
	if method == "POST" || r.chance(0.2) {
		o["bulkId"] = fmt.Sprintf("b%d", i)
	}
	if method == "POST" {
		o["data"] = json.RawMessage(r.resource(typ))
	} else {
		o["path"] = "/" + typ.endpoint + "/" + pick(r, r.ids(typ)...)
	}
	switch method {
	case "PUT":
		o["data"] = json.RawMessage(r.resource(typ))
	case "PATCH":
		o["data"] = json.RawMessage(r.patch(typ))
	}
	if method != "POST" && r.chance(0.2) {
		tag := `W/"1"`
		if id, ok := strings.CutPrefix(o["path"].(string), "/"+typ.endpoint+"/{{"); ok {
			tag = "{{tag " + id
		}
		o["version"] = pick[any](r, tag, tag, `W/"1"`, `"2"`, "*", "", 5, nil)
	}
	if r.chance(0.05) {
		switch pick(r, 0, 1, 2, 3) {
		case 0:
			delete(o, "data")
		case 1:
			delete(o, "bulkId")
		case 2:
			o["bulkId"] = "b0"
		case 3:
			o["path"] = pick(r, "/Nothing", "/Bulk", "/Users/.search", "/"+typ.endpoint)
		}
	}
	return o
}
