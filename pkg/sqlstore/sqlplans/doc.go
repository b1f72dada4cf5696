// Package sqlplans keeps the sealed plans of package mcp in the database of package sqlstore, so that any
// instance can apply a plan that another one made, and a restart loses none.
//
//	Put ──► scim_plan: tenant, id → sealed, until     fails if the id exists
//	Get ──► by primary key
//	Take ─► sets sealed to NULL, in a transaction that waits for the others of the tenant: one succeeds
//
// Put removes plans that have expired. The plan itself contains the time at which it expires, so a late
// removal changes nothing.
package sqlplans
