// Package activity is the provisioning log: what identity providers requested, what the service
// did, and what an administrator has to do next.
//
//	scim.Handler ── Observe ──► Recorder ── bounded queue ──► Log.Append
//	scim.Provider ── After ──┘  (the trail in the request's context: what changed)
//
//	Log.Query, Log.Get ──► Record ── Explain ──► Explanation
//	     Memory, dynamolog                       catalogue.go: one entry for every scim.Code
//
// A Record holds attribute values only if the tenant keeps them (scim.Tenant.KeepValues), and
// never a secret. It refers to resources by id, so the log contains no names of users. Explanations
// are not stored; they are made when a record is read.
package activity
