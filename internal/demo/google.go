package demo

// google: Google Workspace's automatic provisioning: people only, plain JSON, suspension
// (GOOG-01 to GOOG-04).
func google() *twin {
	return &twin{
		name: "google", title: "Google Workspace",
		header: header("User-Agent", "Google-Auto-Provisioning", "Accept", "application/json", "Content-Type", "application/json"),
		probe:  "/Users?count=1",
		search: func(p *person) string { return "/Users?filter=" + plus("userName", p.userName) },
		person: func(p *person) object {
			return object{
				"schemas": []string{urnUser, urnEnterprise}, "userName": p.userName, "externalId": p.external,
				"name":   object{"givenName": p.given, "familyName": p.family},
				"emails": []object{{"primary": true, "type": "work", "value": p.userName}}, "active": p.active,
				urnEnterprise: object{"department": p.department},
			}
		},
		active:  func(active bool) object { return patch(object{"op": "replace", "path": "active", "value": active}) },
		deletes: true,
		users:   pages("/Users", 100),
	}
}
