package demo

// okta: documented traffic of an Okta integration (OKTA-01 to OKTA-16).
func okta() *twin {
	return &twin{
		name: "okta", title: "Okta",
		header: header("User-Agent", "Okta SCIM Client 1.0.0", "Accept", "application/scim+json", "Accept-Charset", "utf-8",
			"Content-Type", "application/scim+json; charset=utf-8"),
		probe: "/Users?startIndex=1&count=100",
		search: func(p *person) string {
			return "/Users?filter=" + eq("userName", p.userName) + "&startIndex=1&count=100"
		},
		person: func(p *person) object {
			return object{
				"schemas": []string{urnUser, urnEnterprise}, "userName": p.userName, "externalId": "00u" + p.external[:17],
				"name":        object{"givenName": p.given, "familyName": p.family},
				"emails":      []object{{"primary": true, "value": p.userName, "type": "work"}},
				"displayName": p.display(), "locale": "en-US", "groups": []any{}, "active": p.active,
				urnEnterprise: object{"department": p.department},
			}
		},
		active: func(active bool) object { return patch(object{"op": "replace", "value": object{"active": active}}) },

		searchGroup: func(g *group) string {
			return "/Groups?filter=" + eq("displayName", g.name) + "&startIndex=1&count=100"
		},
		group: func(g *group) object {
			return object{"schemas": []string{urnGroup}, "displayName": g.name, "members": []any{}}
		},
		renameGroup: func(g *group) object {
			return patch(object{"op": "replace", "value": object{"id": g.id, "displayName": g.name}})
		},
		addMember: func(p *person) object {
			return patch(object{"op": "add", "path": "members", "value": []object{{"value": p.id, "display": p.userName}}})
		},
		removeMember: func(p *person) object {
			return patch(object{"op": "remove", "path": `members[value eq "` + p.id + `"]`})
		},
		users: pages("/Users", 10), groups: pages("/Groups", 100),
	}
}
