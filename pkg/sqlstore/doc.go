// Package sqlstore keeps everything in SQLite or Postgres.
package sqlstore
