// Package requestlog writes the log of a server: one line for each request, and what the service reports.
//
//	Observe ──► handler.go ── JSON: line.go, by hand ──────────► batch.go ──► standard error
//	Logger ───► handler.go ── text, JSON of other records: slog ──┘  at 32 KB, after 100 ms, at Close
//
// Lines keep their order. A line costs the request a copy into a buffer; the system call is shared by the lines of
// 100 ms. What a process that is killed has not written yet is lost, and so is what comes while 1 MB waits for a reader.
package requestlog
