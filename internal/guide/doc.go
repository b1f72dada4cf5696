// Package guide runs the blocks of the Markdown pages of this project, so that a page cannot show what does
// not work:
//
//	page ──► parse.go   blocks with their language, and the mark that is before one
//	            │
//	            ├─ sh ──────► shell.go    one script per page, in an empty folder; output by block
//	            │                │
//	            │  text, json ◄──┘        shown.go: what is shown after a block is what it printed
//	            ├─ go ──────► program.go  a whole program runs; a part is found in the file that its mark names
//	            ├─ json ────► check.go    is JSON, or the members of an object
//	            ├─ http ────► exchange.go a request is sent to a service; the answer after it is compared
//	            ▼
//	         links.go   relative links and anchors of a page
//
// A mark is a comment on a line of its own before the block:
//
//	<!-- not run: needs an AWS account -->     the block is skipped, with its reason
//	<!-- part of examples/own-type/main.go --> the block is an excerpt of a file that is compiled
//	<!-- shown -->                             the block is read by people alone: it has no output to compare
//
// In what is shown, … stands for any characters of a line, and a line that is … alone for any lines. In a
// request and an answer, {name} is a value of the answer that later blocks use.
//
// `go run ./examples/NAME` and `go run ./cmd/scimstack` in a page run programs that were built before, in the
// folder of the page. Ports from 8080 to 8099 are replaced by free ones.
package guide
