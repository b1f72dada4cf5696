// Package demo simulates identity providers. Each twin sends the requests that its original is
// documented to send, in the same order and spelling, to any SCIM server, and then checks the
// result.
//
//	people.go ── seed ──► 25 people, 4 groups
//	   │
//	twin.go    the requests of one identity provider: okta.go, entra.go, google.go, …
//	   │
//	steps_*.go events in a company: joiners, movers, leavers, groups, imports, bad networks
//	   │
//	wire.go    HTTP with the waits and retries of an identity provider; faults.go breaks the network
//	   │
//	audit      reads back the result of each step, over a network without faults
//	   ▼
//	report.go  the result of each step
//
// The same seed gives the same people and the same requests, in the same order except for
// concurrent ones.
package demo
