// Package activity is the provisioning log: what identity providers asked, what the service
// did, and what somebody has to do now.
//
//	scim.Handler ── Observe ──► Recorder ── bounded queue ──► Log.Append
//	scim.Provider ── After ──┘  (Trail in the request's context: what changed)
//
//	Log.Query, Log.Get ──► Record ── Explain ──► Explanation
//	     Memory, dynamolog                       catalogue.go: one entry for every scim.Code
//
// A Record holds no values of attributes unless the tenant asked for them, and never a secret.
// A person is found by resource id, so the log knows nobody's name. Explanations are not
// stored; they are made when a record is read.
package activity
