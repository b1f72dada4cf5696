// Package mcp lets AI agents work with the directory of one tenant through the Model Context
// Protocol (MCP), safely.
//
//	stdio ──────────┐
//	HTTP, bearer ───┴─► Caller (principal, tenant) ──► Service.Server
//	                                                        │ guard: rate, panic, activity record
//	          ┌──────────────────────────┬──────────────────┴─────┐
//	   read tools                  plan_change               apply_plan, undo_plan
//	 scim.Provider, scim.Store     changes ─► rehearsal       sealed plan, taken once
//	 activity.Log                  on an overlay that         ─► rehearsed again, must be equal
//	                               never commits              ─► scim.Provider with If-Match
//	                               ─► diff, blast radius
//	                               ─► sealed plan
//
// The tenant comes from the credential; no tool has an argument for it. An agent reads with
// the scopes of its token, and writes only with scim.Agent, only through a plan: the change is
// carried out by the real Provider on a copy, so that it meets every rule a SCIM client meets,
// and applying it does what was shown or nothing.
//
// Text of the directory is data of strangers. It stands in data fields only, shortened and
// without control characters; the service never puts it into prose.
package mcp
