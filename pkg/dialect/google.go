package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func google() Profile {
	return Profile{
		Name: Google, Title: "Google Workspace", Quirks: "GOOG",
		Evidence: "headers are certain, bodies reconstructed; ssosync by its source",
		Signs:    "`User-Agent: Google-Auto-Provisioning`",
		Console: []string{
			"Admin console → **Apps** → **Web and mobile apps** → the application → **Auto-provisioning** → **Configure auto-provisioning**.",
			"Enter token and URL, map the attributes, choose the groups that are in scope.",
			"**Deprovisioning**: choose for each trigger what happens and after how long. Choose the shortest time that you can live with.",
			"Turn auto-provisioning **on**.",
		},
		URLField:  "Endpoint URL",
		AuthField: "Access token",
		Attributes: []Mapping{
			{"Basic information › Primary email", "userName"}, {"Basic information › Primary email", `emails[type eq "work"].value`},
			{"Basic information › First name", "name.givenName"}, {"Basic information › Last name", "name.familyName"},
			{"Employee details › Title", "title"}, {"Employee details › Department", schema.URNEnterpriseUser + ":department"},
		},
		Avoid: []string{"Do not wait for groups: they select who is provisioned and are not provisioned themselves. Map an attribute to `roles` instead."},
		Limits: []string{
			"Leavers stay active for as long as the delay that was chosen, up to weeks.",
			"Which applications offer auto-provisioning is Google's choice; custom ones may have none. ssosync (a program, see AWS) reaches any server.",
		},
	}
}
