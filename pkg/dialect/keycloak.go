package dialect

func keycloak() Profile {
	return Profile{
		Name: Keycloak, Title: "Keycloak", Quirks: "KEYC",
		Evidence: "source of the extensions (libre.sh/mitodl line; suvera)",
		Console: []string{
			"Keycloak has no SCIM client of its own: install an extension, and add its event listener under **Realm settings** → **Events**.",
			"**User federation** → **Add** *scim* provider: SCIM 2.0 endpoint, content type `application/scim+json`, Auth mode **BEARER**.",
			"Switch on propagation of users and groups. Run an **import** first if users exist on both sides.",
		},
		URLField:   "SCIM 2.0 endpoint",
		AuthField:  "Auth password/token",
		Attributes: []Mapping{{"username", "userName"}, {"email", "emails (no type)"}, {"firstName, lastName", "name"}, {"enabled", "active"}, {"id", "externalId"}, {"group name", "displayName"}, {"group members", "members"}},
		Avoid:      []string{"Never set the tenant to `entra`: *replace `members`* with one element is the exact list here."},
		Limits: []string{
			"A conflict at creation is only logged and the link is never made: import before.",
			"It waits five seconds for an answer and tries up to ten times; repeated creates end in 409, not in a second user.",
		},
	}
}
