// Package admin is the administration of a service: tenants, their settings, schemas, tokens and OAuth clients, operator
// tokens, webhooks, and the upkeep that a store may need. One Service does it; there are three ways in.
//
//	Go program ────────────────────────────┐
//	scimstack tenant|token|schema|… ───────┤                        ┌─► tenant.Directory   tenants, tokens, clients
//	   └─ --server URL ► adminclient ─┐    ├─► API ◄── Service ─────┼─► tenant.Operators   operator tokens
//	                                  │    │                        ├─► webhook.Sender     webhooks, redelivery
//	any HTTP client ──────────────────┴─► adminhttp  (/admin/v1)    ├─► scim.Store         what a schema would break
//	                                         │ operator token,      ├─► Deleter, Reindexer, Recounter
//	                                         │ or IAM on AWS        └─► activity.Log       every change, with its actor
//
// # Changes
//
// ChangeTenant takes a JSON merge patch of Settings: what it names is changed, null is the default, and a name or a type
// that cannot be is refused. A change takes effect everywhere within a minute, while traffic goes on. Settings and
// schemas that need an index ask for it at once; Tenant.Building names the indexes that are not complete, and until then
// look-ups read without them. A Builder builds them in memory and in SQL; a DynamoDB table has its own way.
//
// PutSchemas reads the stored resources of every type that changes, up to a bound, and refuses what they contradict.
// A dry run reports the same and changes nothing.
//
// # Versions
//
// Tenant.Version and Client.Version are counted up with each change. A caller that passes the version it has read does
// not overwrite what another one has written since: the call is refused (Changed).
//
// # Secrets
//
// A secret is returned once, by the call that makes it. It is in no list, no log and no error. A call with an idempotency
// key can be repeated when its answer is lost: it makes nothing twice, and its answer then says what exists and what to
// do. The key holds in all processes without a record of its own, because ids are derived from it.
//
// # Errors
//
// Every error is an *Error: its Kind, and a Problem for each thing that is wrong, with the field, the reason and the remedy.
package admin
