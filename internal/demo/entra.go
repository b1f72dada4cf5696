package demo

// entra: documented traffic of Microsoft Entra ID without the compatibility flag: capitalised
// operations, booleans as strings, members removed by value (ENTRA-01 to ENTRA-22).
func entra() *twin {
	return &twin{
		name: "entra", title: "Entra ID",
		header: header("User-Agent", "", "Content-Type", "application/scim+json; charset=utf-8"),
		probe:  "/Users?filter=" + plus("userName", "5f2c1f0e-2a6d-4b7e-9a53-0d1c2b3a4f5e"),
		search: func(p *person) string { return "/Users?filter=" + plus("userName", p.userName) },
		person: func(p *person) object {
			return object{
				"schemas": []string{urnUser, urnEnterprise}, "externalId": p.external, "userName": p.userName, "active": p.active,
				"emails":      []object{{"primary": true, "type": "work", "value": p.userName}},
				"meta":        object{"resourceType": "User"},
				"name":        object{"formatted": p.display(), "familyName": p.family, "givenName": p.given},
				"displayName": p.display(), urnEnterprise: object{"department": p.department},
			}
		},
		change: func(p *person) object {
			replace := func(path, value string) object { return object{"op": "Replace", "path": path, "value": value} }
			return patch(
				replace("userName", p.userName), replace("displayName", p.display()), replace(`emails[type eq "work"].value`, p.userName),
				replace("name.givenName", p.given), replace("name.familyName", p.family), replace(urnEnterprise+":department", p.department),
			)
		},
		active: func(active bool) object {
			value := "False"
			if active {
				value = "True"
			}
			return patch(object{"op": "Replace", "path": "active", "value": value})
		},
		deletes: true,

		searchGroup: func(g *group) string {
			return "/Groups?excludedAttributes=members&filter=" + plus("displayName", g.name)
		},
		group: func(g *group) object {
			return object{
				"schemas":    []string{urnGroup, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"},
				"externalId": g.external, "displayName": g.name, "meta": object{"resourceType": "Group"},
			}
		},
		renameGroup: func(g *group) object { return patch(object{"op": "Replace", "path": "displayName", "value": g.name}) },
		addMember: func(p *person) object {
			return patch(object{"op": "Add", "path": "members", "value": []object{{"$ref": nil, "value": p.id}}})
		},
		removeMember: func(p *person) object {
			return patch(object{"op": "Remove", "path": "members", "value": []object{{"value": p.id}}})
		},
		readGroup: "?excludedAttributes=members",
		users:     pages("/Users", 50), groups: pages("/Groups", 50),
	}
}
