// Command bench measures scimstack and other Go SCIM libraries in one run, and prints one table.
//
//	cases.go ──► ours.go   (scim.Handler over pkg/memory)      ┐
//	         ├─► peer.go   (elimity-com/scim over a Go map,    ├─► measure.go ─► table
//	         │              scim2/filter-parser)               │   medians of N interleaved runs
//	log.go ──┴─► the whole service, its log on and off         ┘
//
// Both sides get the same requests through http.Handler, and every case checks the response before it
// is timed. Ratios are ours ÷ peer. Times depend on the machine and are only reported; with -check, a
// missed limit of allocations gives exit code 1.
package main
