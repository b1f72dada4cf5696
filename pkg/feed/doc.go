// Package feed tells an application what changed in a tenant: a fact for each user, group and membership
// that is created, changed or gone, in order, without a gap, and lost by no crash.
//
//	scim.Store.Commit ── in the same write ──► entries (scim.Feed)
//	                                             │ Source: facts by the tenant's schemas, without secrets
//	              ┌──────────────────────────────┼───────────────────────────┐
//	              ▼                              ▼                           ▼
//	    Source.Read, Source.Follow        Consumer: a function of     GET /events/{tenant}
//	    facts after a number              yours for each fact, its    (Handler), long polling
//	                                      place kept in Positions
//
// A Store with the ability scim.Feed writes what a commit changed together with the change itself. A
// Source reads that and makes facts: user.created, user.updated, user.deactivated, user.reactivated,
// user.deleted, group.created, group.renamed, group.updated, group.deleted, and the like for the types of
// a tenant; and membership.added and membership.removed, one for each member, whatever the request looked
// like: PATCH, PUT, a removal of all members, the deletion of the group or of the user. A resource has one
// fact of its own for each commit. Schema is the JSON Schema of a Fact.
//
// The facts of a tenant have the numbers 1, 2, 3, …: Fact.Seq. A reader keeps the last number that it has
// handled, and asks for what follows. It handles each fact at least once: what it does must come out the
// same the second time. Facts are kept for 30 days (scim.Retention). A reader that was away for longer
// gets a *scim.GoneError and starts anew: from Source.Snapshot, all that the tenant has, and the number
// that it belongs to.
//
// A Consumer does this work for a Go program: it keeps the place in Positions, retries with growing
// pauses, puts a fact that cannot be handled aside as a DeadLetter, and starts anew where it must.
//
// No fact has a value that is never returned (RFC 7643 §7: "returned": "never", or "mutability":
// "writeOnly"), or one that the tenant's schemas do not know.
package feed
