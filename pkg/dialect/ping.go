package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func ping() Profile {
	return Profile{
		Name: Ping, Title: "Ping (PingOne, PingFederate)", Quirks: "PING",
		Evidence: "vendor documentation; bodies of group PATCHes reconstructed",
		Console: []string{
			"PingOne: **Integrations** → **Provisioning** → **New Connection** → *Identity Store* → **SCIM Outbound**.",
			"Users Resource `/Users`, Groups Resource `/Groups`, SCIM Version **2.0**, Authentication Method **OAuth 2 Bearer Token**; **Test Connection**.",
			"Preferences: *User Filter Expression* `userName eq \"%s\"`; choose *Remove Action* **Disable** or **Delete**; switch the connection on.",
			"**Rules** → new rule with this connection: user filter and attribute mapping; switch the rule on.",
			"PingFederate: SP Connection → **Outbound Provisioning** → SCIM URL, SCIM Version 2.0, **Access Token**.",
		},
		URLField:  "SCIM Base URL (PingFederate: SCIM URL)",
		AuthField: "OAuth Access Token (PingFederate: Access Token)",
		Attributes: []Mapping{
			{"Username", "userName"}, {"User ID", "externalId"}, {"Email Address", "emails (work, primary)"}, {"Given Name", "name.givenName"}, {"Family Name", "name.familyName"},
			{"Title", "title"}, {"Enabled", "active"}, {"Department", schema.URNEnterpriseUser + ":department"},
		},
		Avoid: []string{"Map only one e-mail of each type.", "Groups: *merge* keeps members that somebody else added, *overwrite* takes them away. Choose once."},
		Limits: []string{
			"An attribute that was set cannot be cleared: nothing is sent.",
			"Users are updated by PUT only; what is not mapped is kept where it is `externalId`, `password` or `active`, and cleared else.",
			"All groups are listed and compared on Ping's side.",
		},
	}
}
