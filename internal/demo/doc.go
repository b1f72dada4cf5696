// Package demo holds twins of identity providers: each sends what the original is documented
// to send, in its order and spelling, to any SCIM server, and proves what came of it.
//
//	people.go ── seed ──► 25 people, 4 groups
//	   │
//	twin.go    how one identity provider speaks: okta.go, entra.go, google.go, …
//	   │
//	steps_*.go what happens in a company: joiners, movers, leavers, groups, imports, bad networks
//	   │
//	wire.go    HTTP with the waits and repeats of an identity provider; faults.go breaks the network
//	   │
//	audit      reads back, undisturbed, what each step should have done
//	   ▼
//	report.go  what each step proved
//
// The same seed makes the same people and the same requests; only parallel steps have no order.
package demo
