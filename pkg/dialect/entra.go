package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func entra() Profile {
	return Profile{
		Name: Entra, Title: "Microsoft Entra ID", Quirks: "ENTRA",
		Evidence: "vendor documentation and captured traffic",
		Signs:    "a token whose `appid` is that of Entra's provisioning service; a group with Microsoft's own schema URN",
		Console: []string{
			"Entra admin center → **Enterprise applications** → **New application** → **Create your own application** (non-gallery).",
			"In the application: **Provisioning** → provisioning mode **Automatic** → **Admin Credentials**.",
			"**Test Connection**: Entra looks for a user that does not exist and expects an empty list.",
			"**Mappings**: review users and groups. **Users and groups**: assign who is in scope. Then **Start provisioning**.",
			"**Provision on demand** tries one user at once; a regular cycle comes about every 40 minutes.",
		},
		URLField:  "Tenant URL; append `?aadOptscim062020` to get the newer PATCH bodies (both work)",
		AuthField: "Secret Token: the token of the tenant, alone",
		Attributes: []Mapping{
			{"userPrincipalName", "userName"}, {"objectId", "externalId"},
			{`Switch([IsSoftDeleted], , "False", "True", "True", "False")`, "active"},
			{"mail", `emails[type eq "work"].value`}, {"givenName", "name.givenName"}, {"surname", "name.familyName"},
			{"displayName", "displayName"}, {"jobTitle", "title"},
			{"department", schema.URNEnterpriseUser + ":department"}, {"manager", schema.URNEnterpriseUser + ":manager"},
			{"displayName (group)", "displayName"}, {"objectId (group)", "externalId"}, {"members (group)", "members"},
		},
		Avoid: []string{
			"Keep `externalId` on `objectId`: `mailNickname`, the default, is neither unique nor stable.",
			"Match groups on `externalId` if two groups of the directory may have one name: matched on `displayName`, they become one.",
			"`AppRoleAssignmentsComplex` only ever adds roles; take `AssertiveAppRoleAssignmentsComplex` if they must go again.",
			"Set the tenant's identity provider to `entra`: then *replace `members`* with one element means *add*, as Entra means it. Never set it for another provider: removals would not happen. The log notes each such request, and says \"read as the whole list\" where this setting is missing.",
		},
		Limits: []string{
			"An attribute emptied in the directory is not sent; it stays as it was.",
			"`type` is the identity of a value: two work e-mails cannot be expressed.",
			"Nested groups are not expanded: their members are not provisioned.",
			"A job that fails too often is quarantined: one attempt a day, off after four weeks.",
		},
	}
}
