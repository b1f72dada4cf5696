package dynamoplans

import "github.com/scimstack/scimstack/pkg/dynamo"

// Kept describes the items of the package for dynamo.Tenants.Delete.
func Kept() dynamo.Kept { return dynamo.Kept{Name: "plans", Kind: kind} }
