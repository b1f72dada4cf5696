package model

import "github.com/scimstack/scimstack/pkg/scim/schema"

// EnterpriseUser is the enterprise extension of a user (RFC 7643 §4.3).
type EnterpriseUser struct {
	EmployeeNumber string  `json:"employeeNumber"`
	CostCenter     string  `json:"costCenter"`
	Organization   string  `json:"organization"`
	Division       string  `json:"division"`
	Department     string  `json:"department"`
	Manager        Manager `json:"manager"`
}

// SchemaURN returns the URN of the enterprise extension.
func (EnterpriseUser) SchemaURN() string { return schema.URNEnterpriseUser }

// Manager is the manager of a user. Value is the id of the manager.
type Manager struct {
	Value       string `json:"value"`
	Ref         URI    `json:"$ref"`
	DisplayName string `json:"displayName"` // read-only
}
