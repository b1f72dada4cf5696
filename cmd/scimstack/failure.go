package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// failure is an error for people: what cannot be done, and the next step. The cause is in the words of a library;
// -v shows it.
type failure struct {
	text  string
	cause error
}

func (f *failure) Error() string { return f.text }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// failed makes a failure.
func failed(cause error, format string, args ...any) error {
	return &failure{text: fmt.Sprintf(format, args...), cause: cause}
}

const verboseFlag = "verbose"

// errorObject is the error of a command for scripts: one line of JSON on standard error, which is YAML, too.
type errorObject struct {
	Error errorFields `json:"error"`
}

type errorFields struct {
	Message string `json:"message"`
	Status  int    `json:"status"` // of the command
	Help    string `json:"help,omitempty"`
	Cause   string `json:"cause,omitempty"` // with -v
}

// report prints the error of a command, and with -v what caused it. args is the command line.
func report(out io.Writer, cmd *cobra.Command, args []string, err error) {
	if wantsObject(cmd, args) {
		reportObject(out, cmd, err)
		return
	}
	red := coloured(cmd, out)
	fmt.Fprintln(out, paint(red, toneBad, "scimstack:"), err)
	var f *failure
	switch {
	case statusOf(err) == statusUsage:
		fmt.Fprintln(out, usageHint(cmd))
	case !errors.As(err, &f) || f.cause == nil:
	case verbose(cmd):
		fmt.Fprintln(out, "cause:", f.cause)
	default:
		fmt.Fprintln(out, paint(red, toneFaint, "-v shows the cause"))
	}
}

// verbose reports whether the command line has -v.
func verbose(cmd *cobra.Command) bool {
	f := cmd.Root().PersistentFlags().Lookup(verboseFlag)
	return f != nil && f.Value.String() == "true"
}

// wantsObject reports whether a script reads the output. Flags after a mistake on the command line are not parsed, so that it looks
// at the words themselves.
func wantsObject(cmd *cobra.Command, args []string) bool {
	if formatOf(cmd) != asTable {
		return true
	}
	before := ""
	for _, word := range args {
		if before == "-o" || before == "--"+outputFlag {
			word = "-o" + word
		}
		if format, ok := strings.CutPrefix(strings.Replace(word, "--"+outputFlag+"=", "-o", 1), "-o"); ok {
			if format = strings.TrimPrefix(format, "="); format == asJSON || format == asYAML {
				return true
			}
		}
		before = word
	}
	return false
}

// reportObject prints an error for scripts.
func reportObject(out io.Writer, cmd *cobra.Command, err error) {
	fields := errorFields{Message: err.Error(), Status: statusOf(err)}
	if fields.Status == statusUsage {
		fields.Help = strings.TrimSpace(cmd.CommandPath()) + " --help"
	}
	var f *failure
	if errors.As(err, &f) && f.cause != nil && verbose(cmd) {
		fields.Cause = f.cause.Error()
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if enc.Encode(errorObject{fields}) == nil { // strings and a number always have a form
		_, _ = out.Write(visible(line.Bytes()))
	}
}
