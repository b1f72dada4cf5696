package patch

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func syntax(format string, args ...any) error {
	return schema.NewFault(schema.FaultPatch, format, args...)
}

func invalid(format string, args ...any) error {
	return schema.NewFault(schema.FaultValue, format, args...)
}

func mutability(format string, args ...any) error {
	return schema.NewFault(schema.FaultMutability, format, args...)
}

func noTarget(format string, args ...any) error {
	return schema.NewFault(schema.FaultTarget, format, args...)
}

// numbered adds the number of the operation to the detail of its fault.
func numbered(err error, i, of int) error {
	f, ok := errors.AsType[*schema.Fault](err)
	if !ok || of == 1 {
		return err
	}
	g := *f
	g.Detail = fmt.Sprintf("operation %d: %s", i+1, f.Detail)
	return &g
}

func shorten(s string) string { return strings.ToValidUTF8(s[:min(len(s), 100)], "") }
