package histories

import (
	"fmt"
	"slices"
	"strings"
)

// generate makes the history of a seed.
func generate(seed uint64) history {
	h := history{seed: seed, kind: int(seed % uint64(len(kinds)))}
	r := newRandom(seed, h.kind)
	paused := false
	for n := 1; n <= 30+int(seed)%31; n++ {
		q := r.request(n)
		if paused && r.chance(0.5) {
			q = request{method: "POST", path: operated + "/resume"}
		}
		if strings.HasPrefix(q.path, operated) {
			paused = !strings.HasSuffix(q.path, "/resume") && (paused || strings.HasSuffix(q.path, "/pause"))
		}
		q.n = n
		h.requests = append(h.requests, q)
	}
	return h
}

// request makes the next request. Some users and groups are created first, whose bodies are surely accepted.
func (r *random) request(n int) request {
	x, created := r.Float64(), fmt.Sprintf("{{%d}}", n)
	switch {
	case len(r.users) < 3:
		r.users = append(r.users, created)
		r.named[created] = r.userName()
		return request{method: "POST", path: "Users", body: `{"schemas":["` + core + `"],"userName":` + r.named[created] + `,"title":"first"}`}
	case len(r.groups) < 2:
		r.groups = append(r.groups, created)
		return request{method: "POST", path: "Groups", body: `{"schemas":["` + coreGroup + `"],"displayName":"first ` + fmt.Sprint(n) + `","members":[{"value":"` + r.users[0] + `"}]}`}
	case r.chance(0.25):
		return r.sent(n)
	case r.chance(0.06):
		return r.operator()
	case x < 0.13:
		q := request{method: "POST", path: "Users" + r.projection("?"), body: r.userBody()}
		r.users = append(r.users, created)
		return q
	case x < 0.20:
		q := request{method: "POST", path: "Groups" + r.projection("?"), body: r.groupBody()}
		r.groups = append(r.groups, created)
		return q
	case x < 0.47:
		return r.conditional(request{method: "PATCH", path: "Users/" + r.user() + r.projection("?"), body: r.patch(r.userOp)})
	case x < 0.57:
		return r.conditional(request{method: "PATCH", path: "Groups/" + r.group() + r.projection("?"), body: r.patch(r.groupOp)})
	case x < 0.64:
		return r.conditional(request{method: "PUT", path: "Users/" + r.user() + r.projection("?"), body: r.userBody()})
	case x < 0.67:
		return r.conditional(request{method: "PUT", path: "Groups/" + r.group() + r.projection("?"), body: r.groupBody()})
	case x < 0.71:
		return r.conditional(r.deletion())
	case x < 0.76:
		return r.conditional(request{method: "GET", path: pick(r, "Users/"+r.user(), "Users/"+r.user(), "Groups/"+r.group()) + r.projection("?")})
	case x < 0.79:
		return request{method: "POST", path: "Bulk", body: r.bulk(n)}
	case x < 0.81:
		return request{method: "POST", path: pick(r, "Users/.search", "Users/.search", "Groups/.search", ".search"), body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"` + escaped(r.filter(2)) + `","count":3` +
			pick(r, "", "", `,"startIndex":2`, `,"sortBy":"userName","sortOrder":"descending"`, `,"attributes":["userName","emails.value"]`, `,"excludedAttributes":["groups"]`, `,"cursor":""`) + `}`}
	}
	return request{method: "GET", path: r.search()}
}

// deletion deletes a user or a group. Most requests after it do not name the resource any more.
func (r *random) deletion() request {
	list, path := &r.users, "Users/"
	if r.chance(0.25) && len(r.groups) > 0 {
		list, path = &r.groups, "Groups/"
	}
	i := r.IntN(len(*list))
	q := request{method: "DELETE", path: path + (*list)[i]}
	if r.chance(0.8) {
		*list = slices.Delete(slices.Clone(*list), i, i+1)
	}
	return q
}

// conditional adds a precondition now and then: the version that the resource has, a stale one or an odd one.
func (r *random) conditional(q request) request {
	if !r.chance(0.2) {
		return q
	}
	name := "If-Match: "
	if q.method == "GET" != r.chance(0.03) {
		name = "If-None-Match: "
	}
	q.header = name + pick(r, `W/"1"`, `W/"2"`, `"1"`, `*`, `W/"1", W/"3"`, `W/"x"`)
	if _, rest, ok := strings.Cut(q.path, "/{{"); ok && r.chance(0.6) {
		id, _, _ := strings.Cut(rest, "}}")
		q.header = name + "{{tag " + id + "}}"
	}
	return q
}

// bulk is the body of a bulk request, with references between its operations. Some have no operation to refer to.
func (r *random) bulk(n int) string {
	var ops, made []string
	for i := range 1 + r.IntN(5) {
		switch r.IntN(6) {
		case 0, 1:
			ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":%s}`, i, r.userBody()))
			made = append(made, fmt.Sprintf("{{%d.%d}}", n, i))
		case 2:
			ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":"b%d","data":{"displayName":%s,"members":[{"value":"bulkId:b%d"},{"value":"%s"}]}}`, i, r.groupName(), r.IntN(6), r.user()))
		case 3:
			ops = append(ops, `{"method":"PATCH","path":"/Users/`+r.user()+`","data":`+r.patch(r.userOp)+`}`)
		case 4:
			ops = append(ops, fmt.Sprintf(`{"method":"PATCH","path":"/Groups/%s","data":{"Operations":[{"op":"add","path":"members","value":[{"value":"bulkId:b%d"}]}]}}`, r.group(), r.IntN(6)))
		default:
			ops = append(ops, pick(r, `{"method":"DELETE","path":"/Users/`+r.user()+`"}`, fmt.Sprintf(`{"method":"DELETE","path":"/Users/bulkId:b%d"}`, r.IntN(5)), `{"method":"patch","path":"/Users/`+r.user()+`","version":"W/\"2\"","data":`+r.patch(r.userOp)+`}`,
				fmt.Sprintf(`{"method":"PUT","path":"/Users/bulkId:b%d","data":%s}`, r.IntN(5), r.userBody()),
				`{"method":"PUT","path":"/Users/`+r.user()+`","version":"W/\"1\"","data":`+r.userBody()+`}`))
		}
	}
	r.users = append(r.users, made...)
	stop := ""
	if r.chance(0.3) {
		stop = pick(r, `"failOnErrors":1,`, `"failOnErrors":2,`, `"FailOnErrors":1,`)
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],` + stop + `"Operations":[` + strings.Join(ops, ",") + `]}`
}
