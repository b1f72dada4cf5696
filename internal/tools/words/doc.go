// Command words checks the English of the repository. It rejects the words that words.tsv lists
// and says for each what to write instead:
//
//	git ls-files ──► texts.go   Go: comments and string literals; other files: all lines
//	                    │       lines that flow together are searched as one text
//	                    ▼
//	words.tsv ────► words.go    pattern matches that no allowed phrase covers
//	                    │
//	exceptions.tsv ─────┤       quotations, each with a reason
//	                    ▼
//	                 path:line: "word": write … (why)
//
// Run it from anywhere in the repository:
//
//	go run ./internal/tools/words            list the findings; exit code 1 if there are any
//	go run ./internal/tools/words -counts    count them by folder and word
//	go run ./internal/tools/words docs/      check files below a path only
package main
