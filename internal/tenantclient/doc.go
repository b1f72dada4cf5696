// Package tenantclient sends the requests of the command line to what a service has beside SCIM for a tenant: the
// provisioning log (logclient) and the feed (eventclient).
//
//	base URL of a tenant ──► /scim/v2/{tenant}            Client.SCIM
//	                    └──► /activity or /events/{tenant}  Client.Place
package tenantclient
