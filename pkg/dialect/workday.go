package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

func workday() Profile {
	return Profile{
		Name: Workday, Title: "Workday", Quirks: "WDAY",
		Evidence: "no SCIM client of Workday itself is known; requests are those of middleware, reconstructed",
		Console: []string{
			"Workday feeds Okta or Entra ID in most companies: connect that provider here instead.",
			"Else a middleware (Workday Studio, HelloID, Saviynt and others) reads Workday's reports and calls this API; its configuration has a base URL and a bearer token.",
		},
		URLField:  "depends on the middleware",
		AuthField: "depends on the middleware: a bearer token",
		Attributes: []Mapping{
			{"Employee ID", "externalId"}, {"Employee ID", schema.URNEnterpriseUser + ":employeeNumber"}, {"Work email", "userName"}, {"Legal name", "name"}, {"Business title", "title"},
			{"Cost center", schema.URNEnterpriseUser + ":costCenter"}, {"Manager ID", schema.URNEnterpriseUser + ":manager.value"},
		},
		Avoid:  []string{"Take the employee id for `externalId`, not the e-mail: a rename or a rehire keeps it."},
		Limits: []string{"People hired in the future arrive as inactive users or not at all, as the middleware decides.", "A manager may arrive after those who report to them; any id is accepted."},
	}
}
