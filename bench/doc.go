// Command bench measures scimstack beside its Go peers in one run and prints one table.
//
//	cases.go ──► ours.go   (scim.Handler over pkg/memory)      ┐
//	         ├─► peer.go   (elimity-com/scim over a Go map,    ├─► measure.go ─► table
//	         │              scim2/filter-parser)               │   medians of N interleaved runs
//	log.go ──┴─► the whole service, its log on and off         ┘
//
// Both sides get the same requests through http.Handler, and every case checks that the
// answer is right before it is timed. Ratios are ours ÷ peer; the limits are those of the
// design (§9). A benchmark measures: times are only reported, and `-check` turns a missed
// limit of allocations into exit code 1.
package main
