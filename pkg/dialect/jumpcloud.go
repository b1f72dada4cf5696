package dialect

func jumpCloud() Profile {
	return Profile{
		Name: JumpCloud, Title: "JumpCloud", Quirks: "JUMP",
		Evidence: "vendor documentation; source of another server; no capture",
		Console: []string{
			"**SSO Applications** → **Add New Application** → **Custom Application** → *Export users to this app (Identity Management)*.",
			"**Identity Management**: SCIM version **2.0**, the fields below, **Test User Email**; **Test Connection**, then **Activate**. A test user and a test group come and go.",
			"**User Groups**: choose who is in scope; switch on management of groups if they shall exist here.",
		},
		URLField:  "Base URL (without a slash at the end)",
		AuthField: "Token Key",
		Attributes: []Mapping{
			{"username", "userName"}, {"email", "emails (work, primary)"}, {"firstname", "name.givenName"}, {"lastname", "name.familyName"}, {"displayname", "displayName"},
		},
		Avoid:  []string{"Do not take the e-mail of an existing user for *Test User Email* if that user is here already: the activation creates it."},
		Limits: []string{"Extensions such as Enterprise User are not sent.", "The only credentials are an API key or a bearer token."},
	}
}
