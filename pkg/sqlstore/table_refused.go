package sqlstore

import (
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
	sqliteConstraint = 19
)

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
	attr := w.attribute(err)
	switch {
	case state == "23505", code == sqliteUnique, code == sqlitePrimaryKey:
		return &scim.TakenError{Attr: attr}
	case state == "23502", code == sqliteNotNull:
		return schema.NewFault(schema.FaultRequired, "the application requires a value of %s", attr).About(attr)
	case strings.HasPrefix(state, "22"), strings.HasPrefix(state, "23"), w.d.dialect.name == "sqlite" && code&0xff == sqliteConstraint:
		return schema.NewFault(schema.FaultValue, "the application does not accept a value of %s", attr).About(attr)
	}
	return w.d.fault(ctx, err)
}

// attribute is that of the first column that an error names, or that of the first column.
func (w *rowCommit) attribute(err error) string {
	text := err.Error()
	var about interface{ SQLState() string }
	if errors.As(err, &about) {
		text = fmt.Sprintf("%+v", about)
	}
	for _, c := range w.m.columns {
		if strings.Contains(text, c.name) {
			return c.at[0].Ref.String()
		}
	}
	return w.m.columns[0].at[0].Ref.String()
}
