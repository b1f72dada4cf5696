// Package overlay is a dry-run store: a scim.Store that reads from another store, its base, and
// keeps every write to itself. A Provider over it carries out a change in full, with all rules,
// while the base stays as it is; Effects then says what has changed.
//
//	Get, Lookup, List ──► changed in the overlay? ── yes ──► the overlay's state
//	Members, MemberOf               │
//	                                └─ no ──► base, which is only ever read
//
//	Commit ──► the checks of a store: version, unique keys ──► the overlay's state
//	Effects ──► base and overlay side by side: before, after, members added and removed
//
// An overlay is a store like any other: it passes storetest alone, with half of the data in its
// base, and with another overlay as its base. Throw it away when the question is answered; there
// is no way to write its changes back. To do that, send the same requests to a Provider over the
// base.
package overlay
