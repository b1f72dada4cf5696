// Package sqlite opens a SQLite file for package sqlstore, with the driver modernc.org/sqlite, which is
// written in Go: the program needs no C compiler and no library.
//
//	Open(ctx, "scim.db") ──► *sqlstore.Database
//	                           └ scim.db, and beside it scim.db-wal and scim.db-shm while it is open
//
// Every commit is flushed to the disk before it is acknowledged. To back up a database in use, run
// "VACUUM INTO 'copy.db'" or the .backup command of the sqlite3 shell; copying the file alone may miss
// what is in scim.db-wal.
package sqlite
