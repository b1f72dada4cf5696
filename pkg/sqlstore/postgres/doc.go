// Package postgres opens a Postgres database for package sqlstore, with the driver
// github.com/jackc/pgx/v5.
//
//	Open(ctx, "postgres://user:password@host:5432/database") ──► *sqlstore.Database
//
// The tables are made in the first schema of the search path, so that "?search_path=scim" keeps them
// apart from those of an application. The server is PostgreSQL 12 or later, in UTF-8.
package postgres
