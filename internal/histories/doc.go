// Package histories checks that random requests get the same answers on every store. It consists of a test only.
//
//	seed ──► generate   30–60 requests of one tenant, plausible ones, those that identity providers are known to send, and
//	            │       odd ones; actions of the operator and restarts between them; and the ending, which reads all there is
//	            │
//	            ▼ one after the other, by the same clock, to the whole service over each store
//	   memory, and memory with bodies and         SQLite   DynamoDB on the engine of the process
//	      │   stored documents respelled             │        │  two processes in turn; its stream is processed after each write
//	      └──────────────────────────────────────────┴────────┴──► normal   ids become numbers of requests
//	                                                                 │
//	                                                                 ▼ status, headers, body: the same text
//	                                                              mirror   what a consumer of the feed keeps: what there is
//	              a difference ──► shrink   leaves out requests as long as there is one
//	                                  │
//	                                  ▼ the seed, the shortest history, its last request, both answers
//
// A request names what an earlier one created by the number of that request, so that a history is a value: it is made
// from its seed alone, before anything is sent, and what is left of it after a request was left out can still be sent.
//
// Every store keeps the tenants, too, which the administration changes. At a restart a service ends, and a new one begins over
// what the store has kept; one in memory keeps its data. In half of the histories a minute passes between two requests, in
// the others a second (history.step).
//
// A dry run (package overlay) is compared with a store in memory that has no more abilities than it has. Neither has a feed.
//
// The histories of make test have fixed seeds, and make large takes more of them. By hand:
//
//	go test ./internal/histories -run TestHistories -histories.seed=17    this seed only
//	HISTORIES=1000 go test ./internal/histories -run TestHistories        so many new seeds, which are reported
package histories
