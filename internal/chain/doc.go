// Package chain checks that what concurrent clients are told of a resource is one chain of versions, each made of the one before
// by one of the requests. It consists of a test only.
//
//	clients ── PATCH, PUT, Bulk, GET, searches, If-Match ──► two processes ──► store, with faults below it
//	   │ of the same few users and groups                                          │
//	   ▼                                                                           ▼ feed
//	seen: request, begin and end, version and state                    chain: the state of each version
//	   │                                                                           │
//	   └───────────────────────────────► check ◄───────────────────────────────────┘
//
// For each answer: its version is in the chain and has that state; the request makes that state of the one before, or changes
// nothing of it; no two requests made the same version; no answer is older than one that had ended before its request began;
// If-Match held. Each version has a request that made it, or one whose client does not know. A resource that was deleted is
// never seen again. The feed has every version, so that an application hears of each.
//
//	CHAINS=100 go test ./internal/chain       so many new seeds, which are reported
//	go test ./internal/chain -chain.seed=17   this seed only; the order of steps is that of the machine
package chain
