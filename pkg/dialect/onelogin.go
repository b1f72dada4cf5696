package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func oneLogin() Profile {
	return Profile{
		Name: OneLogin, Title: "OneLogin", Quirks: "ONEL",
		Evidence: "captured traffic, vendor documentation, templates",
		Signs:    "`urn:scim:schemas:core:2.0` in `schemas`",
		Console: []string{
			"**Applications** → **Add App** → *SCIM Provisioner with SAML (SCIM v2 Enterprise)*.",
			"**Configuration**: the fields below and the **SCIM JSON Template**; then **API Connection** → **Enable**.",
			"**Provisioning**: **Enable provisioning**; *When users are deleted in OneLogin*: **Suspend** or **Delete**.",
			"**Parameters** → **Groups**: include in user provisioning, if groups are wanted.",
		},
		URLField:  "SCIM Base URL",
		AuthField: "SCIM Bearer Token",
		Attributes: []Mapping{
			{"scimusername", "userName"}, {"{$user.email}", "emails (work, primary)"}, {"{$user.firstname}", "name.givenName"}, {"{$user.lastname}", "name.familyName"},
			{"{$parameters.title}", "title"}, {"{$parameters.department}", schema.URNEnterpriseUser + ":department"},
			{"{$parameters.external_manager_id}", schema.URNEnterpriseUser + ":manager.value"},
		},
		Avoid: []string{
			"Put no groups into the template: they have calls of their own.",
			"Templates that say `urn:scim:schemas:core:1.0` and `managerId` work, but write the URNs of RFC 7643 in new ones.",
		},
		Limits: []string{"Empty macros arrive as `\"\"` and clear the attribute.", "Set the tenant to `onelogin` by hand: most requests carry no sign of their origin."},
	}
}
