package main

import (
	"errors"
	"fmt"
	"io"

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

// report prints the error of a command, and with -v what caused it.
func report(out io.Writer, cmd *cobra.Command, err error) {
	red := coloured(cmd, out)
	fmt.Fprintln(out, paint(red, toneBad, "scimstack:"), err)
	var f *failure
	verbose := cmd.Root().PersistentFlags().Lookup(verboseFlag)
	switch {
	case statusOf(err) == statusUsage:
		fmt.Fprintln(out, usageHint(cmd))
	case !errors.As(err, &f) || f.cause == nil:
	case verbose != nil && verbose.Value.String() == "true":
		fmt.Fprintln(out, "cause:", f.cause)
	default:
		fmt.Fprintln(out, paint(red, toneFaint, "-v shows the cause"))
	}
}
