package dialect

func cyberArk() Profile {
	return Profile{
		Name: CyberArk, Title: "CyberArk Identity", Quirks: "CYBR",
		Evidence: "the vendor's list of calls; bodies are reconstructed",
		Console: []string{
			"Identity Administration → **Apps & Widgets** → **Web Apps** → the SAML application → **Provisioning** → **Enable provisioning for this application**.",
			"Enter URL and token, **Verify**. CyberArk reads `/ServiceProviderConfig`, `/ResourceTypes/User` and the schemas.",
			"**Role Mappings**: which roles are provisioned, and to which groups. **Provisioning Script** for attributes beside the default ones.",
		},
		URLField:   "SCIM URL (SCIM Service URL)",
		AuthField:  "Access Token; authorization type *Authorization Header*, header type *Bearer Token*",
		Attributes: []Mapping{{"LoginName", "userName"}, {"Mail", "emails (work, primary)"}, {"FirstName", "name.givenName"}, {"LastName", "name.familyName"}, {"State", "active"}},
		Avoid:      []string{"Attributes under `urn:scim:schemas:extension:custom:2.0` are ignored unless the tenant has that schema."},
		Limits:     []string{"Users are updated by PUT, groups by PATCH."},
	}
}
