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
// The tenant comes from the credential; no tool has an argument for it. An agent reads with the
// scopes of its token. It writes only with the scope scim.Agent, and only through a plan: the real
// Provider carries out the change on an overlay (pkg/overlay), under the rules that apply to every
// SCIM client. Applying the plan does exactly what was shown, or nothing.
//
// Strings of the directory are untrusted. They appear in data fields only, shortened and without
// control characters; the service never puts them into prose.
package mcp
