package dialect

func sailPoint() Profile {
	return Profile{
		Name: SailPoint, Title: "SailPoint", Quirks: "SAIL",
		Evidence: "vendor documentation and forum; bodies partly reconstructed",
		Console: []string{
			"Identity Security Cloud: **Admin** → **Connections** → **Sources** → **Create New** → *SCIM 2.0*.",
			"**Connection Settings**: base URL, Authentication Type **API Token**; **Test Connection**.",
			"**Account Schema** → **Discover Schema**: it is made from `/Schemas` and `/ResourceTypes`.",
			"**Aggregation**: accounts, then entitlements. **Create Account** policy: the attributes of the table.",
		},
		URLField:   "Base URL (Host URL)",
		AuthField:  "API Token",
		Attributes: []Mapping{{"accountId", "id"}, {"accountName", "userName"}, {"disabled", "active (reversed)"}, {"groups", "groups (read-only; written through the group)"}},
		Avoid:      []string{"Leave `updateGroupsViaUsers` off: `groups` of a user cannot be written (RFC 7643 §4.1.2), membership goes through `/Groups`."},
		Limits:     []string{"`usePatch` decides between PUT and PATCH; both work, PATCH moves less.", "It waits as `Retry-After` says; its own rate-limit headers are not sent."},
	}
}
