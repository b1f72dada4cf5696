package dialect

func rippling() Profile {
	return Profile{
		Name: Rippling, Title: "Rippling", Quirks: "RIPP",
		Evidence: "set-up guides only; requests are reconstructed",
		Console: []string{
			"**IT** → **Third-Party Access** (formerly *Custom App*) → new custom integration → **User Management via SCIM**.",
			"SCIM Version **2.0**, SCIM Authorization Method **Bearer Token**; tick *Supports Groups*, *Supports Pagination*, *Create & Delete Groups*, *Use PATCH to edit Groups*.",
			"*Supported SCIM Attributes*: those of the table. Install, paste the token, choose access rules and the time of provisioning.",
		},
		URLField:  "SCIM base URL",
		AuthField: "Bearer Token",
		Attributes: []Mapping{
			{"externalId", "externalId"}, {"emails.primary", "emails (primary)"}, {"name.givenName", "name.givenName"}, {"name.familyName", "name.familyName"},
		},
		Avoid:  []string{"*Mutually Exclusive Groups* takes a person out of one group when another is given; leave it off unless groups are licences."},
		Limits: []string{"Provisioning follows employment: a hire in the future arrives when the access rule says so.", "Attribute mappings are sent at creation only unless their cadence says *on creation and updates*."},
	}
}
