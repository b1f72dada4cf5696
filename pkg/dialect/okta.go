package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func okta() Profile {
	return Profile{
		Name: Okta, Title: "Okta", Quirks: "OKTA",
		Evidence: "vendor documentation, its test suite, captured traffic",
		Signs:    "`User-Agent: Okta SCIM Client …` or `OKTA SCIM Integration`",
		Console: []string{
			"Admin Console → **Applications** → the application (made with the App Integration Wizard: SAML or SWA) → **General** → **App Settings** → provisioning: **SCIM**.",
			"**Provisioning** → **Integration**: the fields below; *Unique identifier field for users*: `userName`; tick import, push new users, push profile updates, push groups; **Test Connector Configuration**.",
			"**Provisioning** → **To App**: tick **Create Users**, **Update User Attributes**, **Deactivate Users**.",
			"**Assignments**: who is in scope. **Push Groups**: which groups exist here.",
		},
		URLField:  "SCIM connector base URL (an application of the catalogue: Base URL)",
		AuthField: "Authentication Mode **HTTP Header**, Authorization: the token, with or without `Bearer` (an application of the catalogue: API Token)",
		Attributes: []Mapping{
			{"userName", "userName"}, {"id of the user (sent by itself)", "externalId"}, {"firstName", "name.givenName"}, {"lastName", "name.familyName"},
			{"email", "emails (work, primary)"}, {"displayName", "displayName"}, {"title", "title"}, {"mobilePhone", "phoneNumbers"},
			{"department", schema.URNEnterpriseUser + ":department"}, {"managerId", schema.URNEnterpriseUser + ":manager.value"},
		},
		Avoid: []string{
			"Do not use one group both for assignments and for Push Groups: memberships arrive before the users do.",
			"Switch password synchronisation off unless people sign in with a password here.",
		},
		Limits: []string{
			"Users are never deleted, only deactivated.",
			"Whether PUT or PATCH is used follows from the kind of application and cannot be chosen.",
			"A 400 is final: Okta drops the operation. Unknown members are therefore passed over and noted, not refused.",
			"Underscores are not allowed in the base URL.",
		},
	}
}
