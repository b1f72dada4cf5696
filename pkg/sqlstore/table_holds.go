package sqlstore

import (
	"context"
	"slices"
)

// holds reports whether a column has the value that its path names in the row as it was. It may not: if the application has
// emptied the column, the path names another element, which the JSON column has. That one is written, or it would be lost.
func (w *rowCommit) holds(ctx context.Context, c *ColumnMap, v any) (_ bool, err error) {
	if v == nil || c.at[0].by == "" {
		return true, nil
	}
	if w.row == nil { // of a group that has lost a member
		if w.row, _, err = w.m.find(ctx, w, w.t, w.c.ID); err != nil {
			return false, err
		}
	}
	now, err := c.canonical(w.row.values[1+slices.Index(w.m.columns, c)])
	return err == nil && now == v, nil // a value that does not fit is not this one
}
