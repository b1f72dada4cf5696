// Package sqllog keeps the provisioning log of package activity in the database of package sqlstore.
//
//	AppendAll ──► one transaction for each tenant
//	               scim_log           tenant, id → record
//	               scim_log_resource  tenant, resource, id    the timeline of each resource
//	               scim_tally         tenant, hour, key, cause → count
//	Query ──────► newest first, from one of the two; what the query selects is decided by activity.Query
//	Get ────────► by primary key
//
// A record expires after Options.Keep. Appends remove what has expired, at most once a minute.
package sqllog
