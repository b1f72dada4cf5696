// Package sqltest opens empty databases for tests: a SQLite file, and a schema of a Postgres that the
// process starts on loopback.
//
//	Main(m) ──► m.Run ──► stops the server
//	Each(t, f) ─┬► sqlite    f(t, a new file)
//	            └► postgres  f(t, a new schema)     skipped, with the reason, if there is no server
//
// The server is that of SCIMSTACK_POSTGRES, a URL of a database in which schemas may be made, or one of
// the binaries that are installed (apt-get install postgresql).
package sqltest
