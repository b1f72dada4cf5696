package demo

import "strconv"

// keycloak: the community client: no search before a create, PUT by default, booleans as
// strings in PATCH, relative references (KEYC-01 to KEYC-09).
func keycloak() *twin {
	return &twin{
		name: "keycloak", title: "Keycloak",
		header: header("User-Agent", "Apache-HttpClient/4.5.14 (Java/17)", "Content-Type", "application/scim+json"),
		probe:  "/Users",
		person: func(p *person) object {
			return object{
				"schemas": []string{urnUser}, "externalId": "f:kc:" + p.external, "userName": p.userName, "active": p.active,
				"displayName": p.display(), "name": object{"givenName": p.given, "familyName": p.family},
				"emails": []object{{"value": p.userName}}, "roles": []any{},
			}
		},
		active: func(active bool) object {
			return patch(object{"op": "replace", "path": "active", "value": strconv.FormatBool(active)})
		},
		deletes: true,
		group: func(g *group) object {
			return object{"schemas": []string{urnGroup}, "externalId": g.external, "displayName": g.name}
		},
		renameGroup: func(g *group) object { return patch(object{"op": "replace", "path": "displayName", "value": g.name}) },
		addMember: func(p *person) object {
			return patch(object{"op": "add", "path": "members", "value": []object{{"value": p.id, "$ref": "Users/" + p.id}}})
		},
		removeMember: func(p *person) object {
			return patch(object{"op": "remove", "path": "members", "value": []object{{"value": p.id, "$ref": "Users/" + p.id}}})
		},
		users: func(start int) string {
			if start > 1 {
				return pages("/Users", 100)(start)
			}
			return "/Users" // the client asks without paging, then for the missing rest
		},
		groups: pages("/Groups", 100),
	}
}
