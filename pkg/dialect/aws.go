package dialect

func aws() Profile {
	return Profile{
		Name: AWS, Title: "Clients made for AWS IAM Identity Center", Quirks: "AWS",
		Evidence: "AWS's developer guide, source of ssosync",
		Console: []string{
			"AWS is the server in these clients' documentation; point them here instead.",
			"ssosync (Google Workspace → SCIM): the flags below, or the environment variables of the same names.",
		},
		URLField:   "ssosync: `--endpoint` (`SSOSYNC_SCIM_ENDPOINT`)",
		AuthField:  "ssosync: `--access-token` (`SSOSYNC_SCIM_ACCESS_TOKEN`)",
		Attributes: []Mapping{{"primary e-mail", "userName"}, {"primary e-mail", "emails (work, primary)"}, {"given name, family name", "name"}, {"group name", "displayName"}},
		Avoid:      []string{"Nothing: what AWS takes is a part of what this server takes."},
		Limits:     []string{"Members come in portions of 100.", "No attribute has several values."},
	}
}
