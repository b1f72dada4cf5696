package demo

import "strconv"

// oneLogin: bodies from a template: strings for booleans, "" for missing values, PUT for every
// change, an empty User-Agent and a dangling separator (ONEL-01 to ONEL-10).
func oneLogin() *twin {
	return &twin{
		name: "onelogin", title: "OneLogin",
		header: header("User-Agent", "", "Accept", "application/json", "Content-Type", "application/scim+json"),
		probe:  "/Users?filter=" + plus("userName", "onelogin-test-user01") + "&",
		search: func(p *person) string { return "/Users?filter=" + plus("userName", p.userName) + "&" },
		person: func(p *person) object {
			return object{
				"schemas": []string{"urn:scim:schemas:core:1.0"}, "id": nil, "userName": p.userName, "externalId": p.external,
				"name":   object{"givenName": p.given, "familyName": p.family, "formatted": p.display()},
				"emails": []object{{"value": p.userName, "type": "work", "primary": true}}, "title": "", "active": strconv.FormatBool(p.active),
				urnEnterprise: object{"department": p.department},
			}
		},
		deletes: true,
		group: func(g *group) object {
			return object{"schemas": []string{urnGroup}, "displayName": g.name}
		},
		searchGroup: func(g *group) string { return "/Groups?filter=" + plus("displayName", g.name) + "&" },
		addMember: func(p *person) object {
			return patch(object{"op": "add", "path": "members", "value": []object{{"value": p.id}}})
		},
		removeMember: func(p *person) object {
			return patch(object{"op": "remove", "path": `members[value eq "` + p.id + `"]`})
		},
		users: pages("/Users", 100), groups: pages("/Groups", 100),
	}
}
