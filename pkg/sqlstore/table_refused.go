package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Extended result codes of SQLite for constraints.
const (
	sqliteNotNull    = 19 | 5<<8
	sqlitePrimaryKey = 19 | 6<<8
	sqliteUnique     = 19 | 8<<8
	sqliteConstraint = 19 // RAISE of a trigger, too
)

// raised is the state of Postgres for RAISE EXCEPTION of a trigger.
const raised = "P0001"

// refused translates what the constraints of the application's table say about a value of the client.
func (w *rowCommit) refused(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code, state := 0, stateOf(err)
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		code = coded.Code()
	}
	named := w.named(err)
	attr := cmp.Or(named, w.m.columns[0].at[0].Ref.String())
	switch {
	case state == "23505", code == sqliteUnique, code == sqlitePrimaryKey:
		return &scim.TakenError{Attr: attr}
	case state == "23502", code == sqliteNotNull:
		return schema.NewFault(schema.FaultRequired, "the application requires a value of %s", attr).About(attr)
	case strings.HasPrefix(state, "22"), strings.HasPrefix(state, "23"), state == raised, unfit(err), w.d.dialect.name == "sqlite" && code&0xff == sqliteConstraint:
		return w.unaccepted(named)
	}
	return w.d.fault(ctx, err)
}

func unaccepted(attr string) error {
	return schema.NewFault(schema.FaultValue, "the application does not accept a value of %s", attr).About(attr)
}

// unaccepted is the refusal of a value of the attribute, or of one of those that were written if it is "".
func (w *rowCommit) unaccepted(attr string) error {
	if attr != "" {
		return unaccepted(attr)
	}
	names := make([]string, len(w.written))
	for i, c := range w.written {
		names[i] = c.at[0].Ref.String()
	}
	return schema.NewFault(schema.FaultValue, "the application does not accept a value of %s", cmp.Or(strings.Join(names, " or "), "the request"))
}

// unfit reports whether the driver of Postgres could not write a value in the type of the column, such as a number that is too
// large for it. Its error has neither a type nor a code.
func unfit(err error) bool { return strings.Contains(err.Error(), unfitArg) }

const unfitArg = "failed to encode args["

// named is the attribute of the column that an error names, or of the only one that was given a value; "" if there are more.
func (w *rowCommit) named(err error) string {
	text := err.Error()
	var about interface{ SQLState() string }
	if errors.As(err, &about) {
		text = fmt.Sprintf("%+v", about)
	}
	if _, at, ok := strings.Cut(text, unfitArg); ok { // of the driver
		var i int
		if _, err := fmt.Sscan(strings.SplitN(at, "]", 2)[0], &i); err == nil && i < len(w.sent) {
			text = w.sent[i]
		}
	}
	for _, c := range w.m.columns {
		if mentions(text, c.name) {
			return c.at[0].Ref.String()
		}
	}
	if len(w.written) == 1 {
		return w.written[0].at[0].Ref.String()
	}
	return ""
}
