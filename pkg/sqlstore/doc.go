// Package sqlstore keeps everything in SQLite or Postgres: resources, tenants with their tokens, and for
// packages sqllog and sqlplans the provisioning log and the plans of AI agents. It imports no driver: the
// packages sqlite and postgres open a database with one.
//
//	db, err := sqlite.Open(ctx, "scim.db", sqlstore.Options{})        one file
//	db, err := postgres.Open(ctx, "postgres://…", sqlstore.Options{}) one server, any number of processes
//
//	sqlite.Open ───┐                    ┌► Store     scim.Store          provider
//	postgres.Open ─┴► New ─► *Database ─┼► Tenants   tenant.Resolver     authenticator, command line
//	                   │                ├► Map       scim.Store          over tables of the application
//	                   │                ├► sqllog    activity.Log
//	                migrations          └► sqlplans  mcp.Plans
//
// # Tables
//
// One schema for both databases. Its version is in scim_schema; New brings an older one up to date, in one
// transaction, and refuses a newer one (*NewerSchemaError).
//
//	scim_resource  tenant, type, id ─► external_id, version, created, modified, document, hidden,
//	                                   display, members            List, Get
//	scim_key       tenant, type, attr, value, id ─► uniq           Lookup; unique where uniq = 1
//	scim_member    tenant, group_id, id ─► type, display, group_type
//	                 by tenant, group_id                           Members, IsMember
//	                 by tenant, id                                 MemberOf, removal of a member
//	scim_count     tenant, type ─► n                               List.Total
//	scim_tenant    id ─► settings, cursor_key, deleting            Tenants
//	scim_token     tenant, key_id ─► hash, scopes, …               Tenants
//	scim_log       tenant, id ─► expires, record                   sqllog
//	scim_log_resource  tenant, resource, id ─► expires             sqllog, timelines
//	scim_plan      tenant, id ─► sealed, until                     sqlplans
//
// Times are microseconds since 1970. document is the JSON of the resource without id, meta, members and
// groups, so the sqlite3 shell and psql can read it: document->>'userName'. Long values in scim_key are
// replaced by their SHA-256. Do not write these tables by hand: totals, keys and edges belong together.
//
// # What a call costs
//
// Every read is one statement, so one round trip, and sees one state. Every statement finds its rows by an
// index; a test asks SQLite for the plan of each. So no call grows with the tenant, with these exceptions:
// an offset passes over entries of the index, a look-up counts the entries of its key, and a removal
// changes the groups of the member. Totals are counters (scim_count, scim_resource.members), which each
// write keeps.
//
// # Writes
//
// A Commit is one transaction. On SQLite one process writes at a time: it begins with BEGIN IMMEDIATE, and
// waits 5 seconds for other processes. On Postgres the writes of one tenant wait for each other (an
// advisory lock), those of different tenants do not. So uniqueness, versions, totals and "a group never
// gains a member that does not exist" need no repeated tries and cannot deadlock. What was acknowledged is
// on the disk: packages sqlite and postgres leave synchronous commits on.
//
// # Errors
//
// A database that is locked, full, read-only, too busy or gone gives a *scim.BusyError, which is answered
// with 503 and Retry-After; its cause is for the log. Nothing is half-written. If the connection is lost
// while a commit is on its way, the write may have been done: that is a BusyError, too. Errors of the
// start name the remedy.
//
// # A table of the application
//
// Map makes a Store whose users are rows of the application's table. See Table, and the example: columns
// hold what has a column, one JSON column the rest, and groups with their members are in scim_member and
// scim_resource, or in tables of the application, too: see TableMap.Members. The application may insert, change and delete rows at any time:
//
//	insert   the row is a user at once; its id is its key, its ETag is made from its content
//	change   seen at once, with another ETag
//	delete   the user is gone at once, its memberships in our tables at the next Mapped.Sweep; as the
//	         manager of others it stays until a client deletes it, too, or names another one
//
// A value that does not fit the schema is left out, reported once (Options.Report), and stays as it is
// until a client sets the attribute. A value that the table's constraints refuse is the client's error: 409
// for a unique one, 400 for all others, and for what a trigger leaves out. Look-ups by userName compare
// lower(column), with what ColumnMap.As makes of the value if there is one: give the table an index on that
// expression; if there is a tenant column, begin it with that, and make one on the tenant and the key. In
// SQLite, lower folds ASCII only; declare an integer key AUTOINCREMENT, or the id of a deleted user may be
// given to another one. List counts the rows of the tenant for its total, and a look-up reads its whole
// answer. In Postgres, declare a key that is a text, and no UUID, with COLLATE "C".
//
// A Store of this package is no scim.Finisher: there is no stream, so the provider itself clears the
// manager of users who reported to a deleted one.
package sqlstore
