// Package dynamoadmin gives package admin what the DynamoDB table can do for its tenants: count and delete everything of
// one, build its indexes, recount its resources.
//
//	admin.Options ◄── Upkeep ──► dynamo.Tenants: Inventory, Delete, Reindex, Recount
package dynamoadmin
