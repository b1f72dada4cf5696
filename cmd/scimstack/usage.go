package main

import (
	"errors"
	"fmt"
	"strings"
)

// usageError is a mistake on the command line. The command ends with the status 2, and has done nothing.
type usageError struct{ error }

// Unwrap returns the mistake itself.
func (u usageError) Unwrap() error { return u.error }

// usage marks an error as a mistake on the command line; nil stays nil.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// usagef makes an error that is a mistake on the command line.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// The status of the command.
const (
	statusFailed = 1
	statusUsage  = 2
)

// statusOf is the status with which an error ends the command.
func statusOf(err error) int {
	var u usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &u):
		return statusUsage
	}
	return statusFailed
}

// unknownValue is the mistake of a value that is not one of choices. It names the nearest one, if one is near.
func unknownValue(what, got string, choices []string) error {
	if near := nearest(got, choices); near != "" {
		return usagef("unknown %s %q; did you mean %s? Use one of %s", what, got, near, strings.Join(choices, ", "))
	}
	return usagef("unknown %s %q; use one of %s", what, got, strings.Join(choices, ", "))
}
