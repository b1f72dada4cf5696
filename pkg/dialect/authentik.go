package dialect

func authentik() Profile {
	return Profile{
		Name: Authentik, Title: "authentik", Quirks: "AUTK",
		Evidence: "source of the client",
		Console: []string{
			"Admin interface → **Applications** → **Providers** → **Create** → *SCIM Provider*.",
			"**Applications** → the application → **Backchannel Providers**: add the provider.",
			"The provider's page shows the state of the synchronisation and starts one.",
		},
		URLField:   "URL",
		AuthField:  "Token",
		Attributes: []Mapping{{"username", "userName"}, {"name", "displayName, name"}, {"email", "emails (other, primary)"}, {"is_active", "active"}, {"uid", "externalId"}, {"group name", "displayName"}},
		Avoid:      []string{"Compatibility mode *AWS* is not needed: it sends less than this server takes."},
		Limits:     []string{"It reads `/ServiceProviderConfig` first and falls back to PUT if that fails."},
	}
}
