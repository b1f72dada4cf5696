// Command testreport reads the output of `go test -json` from standard input and prints a summary:
// failures and skips with their output, and the time of each package. It also checks or writes
// docs/reference/compliance.md, the table of requirements and the tests that show them.
//
//	go test -json ./... | testreport [-compliance check|write]
//
// The exit code is 1 if a test fails, if the page differs from the run, or if a requirement is neither
// shown by a passing test nor listed with a reason.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	mode := flag.String("compliance", "", "check or write docs/reference/compliance.md")
	flag.Parse()
	report, err := read(os.Stdin, os.Stdout)
	if err == nil && *mode != "" && report.failed == 0 {
		err = compliance(report, *mode == "write")
	}
	fmt.Printf("\n%d passed, %d failed, %d skipped\n", len(report.passed), report.failed, report.skipped)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if err != nil || report.failed > 0 {
		os.Exit(1)
	}
}

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// report is the result of a run.
type report struct {
	passed  []string // package/test
	failed  int
	skipped int
}

// read reads a run, and prints its summary while it does.
func read(in io.Reader, out io.Writer) (*report, error) {
	r := &report{}
	output := map[string][]string{} // by package and test
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 1<<20), 1<<26)
	for scan.Scan() {
		var e event
		if json.Unmarshal(scan.Bytes(), &e) != nil {
			fmt.Fprintln(out, scan.Text())
			continue
		}
		r.event(e, output, out)
	}
	return r, scan.Err()
}

func (r *report) event(e event, output map[string][]string, out io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(out, e.Output)
	case "output":
		output[key] = append(output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.finishPackage(e, output[key], out)
			return
		}
		switch e.Action {
		case "pass":
			r.passed = append(r.passed, strings.TrimPrefix(e.Package, "github.com/scimstack/scimstack/")+"."+e.Test)
		case "fail":
			r.failed++
			fmt.Fprintf(out, "--- FAIL: %s %s\n%s", e.Package, e.Test, strings.Join(output[key], ""))
		case "skip":
			r.skipped++
			fmt.Fprintf(out, "--- SKIP: %s %s\n%s", e.Package, e.Test, strings.Join(output[key], ""))
		}
		for _, line := range output[key] { // figures of the corpus
			if e.Action == "pass" && strings.Contains(line, "replayed") {
				fmt.Fprint(out, line)
			}
		}
		delete(output, key)
	}
}

func (r *report) finishPackage(e event, lines []string, out io.Writer) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(out, "ok   %s %.1fs\n", e.Package, e.Elapsed)
	case "fail":
		fmt.Fprintf(out, "FAIL %s\n%s", e.Package, strings.Join(lines, ""))
		r.failed++
	}
}
