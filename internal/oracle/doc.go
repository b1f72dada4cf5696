// Package oracle checks the protocol against a second implementation of it, which is naive. It consists of a test only.
//
// Package histories compares stores, which share the code of the protocol: what that code does wrong, all of them do. Here the
// other side is a model of a tenant that was written from RFC 7643, RFC 7644 and the pages of docs/, and shares nothing with
// the service: it keeps resources as map[string]any, reads JSON with encoding/json, and has a parser of filters, a PATCH and a
// projection of its own. A test checks that it imports no package of the protocol.
//
//	seed ──► generate   requests: users, groups, an extension with each data type and characteristic, and a type of the
//	            │       tenant's own with a random schema; searches by GET, .search and cursor; Bulk, with circles; /Me; conditions
//	            ▼ one after the other, by the same clock; every fourth history in two tenants at once
//	   service over the memory store       model   schema → value → patch → search → render
//	            │                            │
//	            └────────────┬───────────────┘
//	                         ▼ status, scimType, entity-tag, body
//	           a difference ──► shrink   leaves out requests as long as there is one ──► the shortest history, both answers
//
// The same is played over tables of an application, with SQLite and Postgres, whose users or users and groups are its rows, and
// which it changes itself between two requests (TestTables, TestApplication). Versions of rows are made from their content: an
// entity-tag of the service moves where that of the model does.
//
// The model takes from the service the ids of new resources and the texts of cursors, and nothing else. Where a request breaks
// several rules, each of their errors is right. What the RFCs and the pages leave open, no history has: comments of the
// generator say so.
//
//	go test ./internal/oracle -run TestOracle -oracle.seed=17    this seed only
//	ORACLE=1000 go test ./internal/oracle -run TestOracle        so many new seeds, which are reported
package oracle
