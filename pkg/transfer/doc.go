// Package transfer moves a tenant from one store to another: Export writes a file, and Import makes a tenant equal to a
// file.
//
//	Place ── settings, credentials, ──► spool ──► file: JSON Lines, sorted, with a checksum
//	(old)    resources, members           ▲         │
//	         changed meanwhile? read again┘         │ check: the whole file, before anything is written
//	                                                ▼
//	Place ◄── Store.Commit ◄── what differs ◄── compare: file and store side by side, by id
//	(new)     credentials, webhooks last
//
// Ids, times and hashes are those of the old place, so that identity providers go on with the tokens and ids that they
// have. The file is the state of the tenant at one position of its feed, see Header. An import can be repeated: that of
// a later file writes what has changed since, and that of the same file writes nothing. So a large tenant moves while it
// is served: export and import, which may take long; stop the old place; export and import again, which is short.
//
// While an import is not complete the tenant is paused: no request sees a part of it. An import that was interrupted is
// repeated, with the same file or a later one.
//
// What is not moved: the provisioning log, the history of the feed and the positions of its readers, plans of agents,
// deliveries that wait, dead letters, versions (ETags), cursors, and operator tokens.
//
// Neither side holds the tenant in memory. The file has hashes of passwords and tokens, and the secrets of webhooks: keep
// it as you keep a backup of the store.
package transfer
