package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// nothing reports whether a statement says that it has changed no row: a trigger of the application has left it out, or has done
// something else instead.
func nothing(done sql.Result) bool {
	if done == nil {
		return false
	}
	n, err := done.RowsAffected()
	return err == nil && n == 0
}

// readable refuses a value that its column has taken in a form which is none of the attribute: it would be lost without a word.
func (w *rowCommit) readable(now *scim.Resource) error {
	if len(w.written) == 0 {
		return nil
	}
	doc, _, err := whole(now)
	for _, c := range w.written {
		if err == nil && c.to == nil && c.at[0].get(doc) == nil { // what As makes of a value is the application's own
			err = unaccepted(c.at[0].String())
		}
	}
	return err
}

// obeyed refuses a change that the application has not made: a trigger has left it out, or the row is active although it was
// deactivated. A client that is told that a leaver is gone does not ask again.
func (w *rowCommit) obeyed(now *scim.Resource) error {
	switch {
	case w.c.Put == nil:
		return nil
	case w.m.typ.IsUser() && now.Active() && !w.c.Put.Active():
		return unaccepted("active")
	case w.idle && w.old != nil && now.Version == w.old.Version:
		return w.unaccepted("")
	}
	return nil
}

// gone refuses a removal after which the row is still there, unless it shows that the user is not active: the application keeps
// the rows of leavers.
func (w *rowCommit) gone(ctx context.Context) error {
	kept, err := w.m.get(ctx, w, w.t, w.c.ID)
	switch {
	case errors.Is(err, scim.ErrNotFound):
		return nil
	case err != nil:
		return err
	case w.m.typ.IsUser() && !kept.Active():
		w.m.report(w.c.ID+" kept", fmt.Errorf("sqlstore: table %s keeps row %s, which was removed, and shows it as not active; map a view without such rows if they are to be gone", w.m.name, w.c.ID))
		return nil
	}
	return schema.NewFault(schema.FaultValue, "the application keeps this resource; deactivate it instead")
}
