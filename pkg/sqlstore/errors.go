package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// NewerSchemaError is the error of Open for a database that a later version of this module has used.
type NewerSchemaError struct {
	Have, Known int // versions of the schema: of the database and of this program
}

func (e *NewerSchemaError) Error() string {
	return fmt.Sprintf("sqlstore: the database has schema %d and this program knows %d: a newer version has used it; "+
		"start that version or a later one, or restore a backup from before", e.Have, e.Known)
}

// retryAfter is what a client is asked to wait while the database cannot answer.
const retryAfter = 2 * time.Second

// fault translates an error of the driver. The context comes first: a driver reports its end in words of
// its own. A database that is locked, full, read-only or gone is busy: what was asked may succeed later.
func (d *Database) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	var busy *scim.BusyError
	var net net.Error
	switch {
	case errors.As(err, &busy):
		return err
	case ended(err), errors.As(err, &net), d.dialect.busy(err), d.dialect.again(err):
		return &scim.BusyError{RetryAfter: retryAfter, Cause: fmt.Errorf("sqlstore: %w", err)}
	}
	return fmt.Errorf("sqlstore: %w", err)
}

// Primary result codes of SQLite (https://sqlite.org/rescode.html): BUSY, LOCKED, READONLY, IOERR, FULL,
// CANTOPEN. The extended codes have them in their lowest byte.
const (
	sqlitePerm     = 3
	sqliteLocked5  = 5
	sqliteLocked6  = 6
	sqliteReadonly = 8
	sqliteIOErr    = 10
	sqliteFull     = 13
	sqliteCantOpen = 14
)

func sqliteBusy(err error) bool {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return false
	}
	switch coded.Code() & 0xff {
	case sqlitePerm, sqliteLocked5, sqliteLocked6, sqliteReadonly, sqliteIOErr, sqliteFull, sqliteCantOpen:
		return true
	}
	return false
}

// sqliteReads: a connection that was opened while the file could not be written reads only, for as long as it lasts. The
// extended codes say something of the file, which another connection would find, too.
func sqliteReads(err error) bool {
	var coded interface{ Code() int }
	return errors.As(err, &coded) && coded.Code() == sqliteReadonly
}

// stateOf is the SQLSTATE of an error of Postgres, "" for any other error.
func stateOf(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// stateReadOnly is the SQLSTATE of a write to a server, or by a role, that takes none.
const stateReadOnly = "25006"

// postgresBusy: classes 08 (connection), 28 and 3D (the server does not let the program in, or has no such database, which it did at
// the start), 53 (no disk, no memory, too many connections), 57 (shutdown, cancelled by a timeout), 58 (input and output), a lock or a
// transaction that took too long, and a server that takes no writes now.
func postgresBusy(err error) bool {
	state := stateOf(err)
	for _, class := range []string{"08", "28", "3D", "53", "57", "58", "55P03", "25P04", stateReadOnly} {
		if strings.HasPrefix(state, class) {
			return true
		}
	}
	return false
}

// postgresAgain: a unique value that another transaction has just taken, a deadlock, a serialization
// failure. The next try sees what the other one has written.
func postgresAgain(err error) bool {
	switch stateOf(err) {
	case "23505", "40P01", "40001":
		return true
	}
	return false
}

// ended reports whether a connection was there and the server, or what is between, has ended it, as a restart does to all
// connections of the pool: another one may do. What was asked on it had no effect, unless it was COMMIT.
func ended(err error) bool {
	switch stateOf(err) {
	case "57P01", "57P02", "57P05", "25P03": // shutdown, crash, idle for too long
		return true
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Op != "dial" && !op.Timeout()
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, sql.ErrConnDone)
}

// crowded reports whether the server has no room for a further connection: other calls give theirs back in a moment.
func crowded(err error) bool { return stateOf(err) == "53300" }
