package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

const versionSQL = `SELECT version FROM scim_schema`

// known refuses a version of the schema that a later program has made since this one opened the database. Clients repeat
// their requests meanwhile, which that program answers.
func known(version int) error {
	if all := len(migrations()); version > all {
		return &scim.BusyError{RetryAfter: retryAfter, Cause: &NewerSchemaError{Have: version, Known: all}}
	}
	return nil
}

// migrate brings the schema to the version of this program, in one transaction. Several processes may
// start at once: the first one does it.
func (d *Database) migrate(ctx context.Context) error {
	return d.write(ctx, d.dialect.lockSchema, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS scim_schema (version BIGINT NOT NULL)`); err != nil {
			return err
		}
		var have int
		err := tx.Row(ctx, []any{&have}, versionSQL)
		fresh := errors.Is(err, sql.ErrNoRows)
		if err != nil && !fresh {
			return err
		}
		steps := migrations()
		switch {
		case have > len(steps):
			return &NewerSchemaError{Have: have, Known: len(steps)}
		case have == len(steps):
			return nil
		}
		if lock := d.dialect.lockWrites; lock != "" {
			if _, err := tx.Exec(ctx, lock); err != nil {
				return err
			}
		}
		for n, step := range steps[have:] {
			for statement := range strings.SplitSeq(d.dialect.types.Replace(step), ";") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.conn.ExecContext(ctx, statement); err != nil {
					err = d.fault(ctx, err)
					return fmt.Errorf("step %d of the schema: %w", have+n+1, err)
				}
			}
		}
		set := `UPDATE scim_schema SET version = $1`
		if fresh {
			set = `INSERT INTO scim_schema (version) VALUES ($1)`
		}
		_, err = tx.Exec(ctx, set, len(steps))
		return err
	})
}
