package sqlstore

// migrations are the steps of the schema. Step n leads from version n to version n+1. A step that was
// released is never changed.
func migrations() []string {
	return []string{schema1, schemaTallies, schemaClients, schemaFeed, schemaOperators, schemaWebhook, schemaPending}
}

const schema1 = `
CREATE TABLE scim_resource (
	tenant TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
	external_id TEXT NOT NULL, version BIGINT NOT NULL, created BIGINT NOT NULL, modified BIGINT NOT NULL,
	document TEXT NOT NULL, hidden TEXT, display TEXT NOT NULL, members BIGINT NOT NULL,
	PRIMARY KEY (tenant, type, id));
CREATE TABLE scim_key (
	tenant TEXT NOT NULL, type TEXT NOT NULL, attr TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
	uniq INTEGER NOT NULL,
	PRIMARY KEY (tenant, type, attr, value, id)) CLUSTERED;
CREATE UNIQUE INDEX scim_key_uniq ON scim_key (tenant, type, attr, value) WHERE uniq = 1;
CREATE INDEX scim_key_resource ON scim_key (tenant, id, type);
CREATE TABLE scim_member (
	tenant TEXT NOT NULL, group_id TEXT NOT NULL, id TEXT NOT NULL,
	type TEXT NOT NULL, display TEXT NOT NULL, group_type TEXT NOT NULL,
	PRIMARY KEY (tenant, group_id, id)) CLUSTERED;
CREATE INDEX scim_member_of ON scim_member (tenant, id, group_id);
CREATE INDEX scim_member_nested ON scim_member (tenant) WHERE type <> 'User';
CREATE TABLE scim_count (
	tenant TEXT NOT NULL, type TEXT NOT NULL, n BIGINT NOT NULL,
	PRIMARY KEY (tenant, type)) CLUSTERED;
CREATE TABLE scim_tenant (
	id TEXT NOT NULL, settings TEXT NOT NULL, cursor_key BLOB NOT NULL, deleting BIGINT NOT NULL,
	PRIMARY KEY (id)) CLUSTERED;
CREATE TABLE scim_token (
	tenant TEXT NOT NULL, key_id TEXT NOT NULL, hash BLOB NOT NULL, scopes BIGINT NOT NULL,
	user_id TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL, revoked INTEGER NOT NULL,
	PRIMARY KEY (tenant, key_id)) CLUSTERED;
CREATE TABLE scim_log (
	tenant TEXT NOT NULL, id TEXT NOT NULL, expires BIGINT NOT NULL, record TEXT NOT NULL,
	PRIMARY KEY (tenant, id));
CREATE INDEX scim_log_expires ON scim_log (expires);
CREATE TABLE scim_log_resource (
	tenant TEXT NOT NULL, resource TEXT NOT NULL, id TEXT NOT NULL, expires BIGINT NOT NULL,
	PRIMARY KEY (tenant, resource, id)) CLUSTERED;
CREATE INDEX scim_log_resource_expires ON scim_log_resource (expires);
CREATE TABLE scim_plan (
	tenant TEXT NOT NULL, id TEXT NOT NULL, sealed BLOB, until BIGINT NOT NULL,
	PRIMARY KEY (tenant, id));
CREATE INDEX scim_plan_until ON scim_plan (until);
`

// schemaTallies has the counts of package activity: one row for each hour, connection and cause.
const schemaTallies = `
CREATE TABLE scim_tally (
	tenant TEXT NOT NULL, hour BIGINT NOT NULL, key_id TEXT NOT NULL, cause TEXT NOT NULL,
	n BIGINT NOT NULL, last BIGINT NOT NULL, worked BIGINT NOT NULL, idp TEXT NOT NULL,
	PRIMARY KEY (tenant, hour, key_id, cause)) CLUSTERED;
CREATE INDEX scim_tally_hour ON scim_tally (hour);
`

// schemaClients has the life of tokens, and OAuth clients.
const schemaClients = `
ALTER TABLE scim_tenant ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE scim_token ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE scim_token ADD COLUMN idp TEXT NOT NULL DEFAULT '';
ALTER TABLE scim_token ADD COLUMN mode TEXT NOT NULL DEFAULT '';
ALTER TABLE scim_token ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scim_token ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';
CREATE TABLE scim_client (
	tenant TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, version BIGINT NOT NULL, used BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)) CLUSTERED;
CREATE TABLE scim_once (
	tenant TEXT NOT NULL, name TEXT NOT NULL, until BIGINT NOT NULL,
	PRIMARY KEY (tenant, name)) CLUSTERED;
CREATE INDEX scim_once_until ON scim_once (tenant, until);
`

// schemaPending has the indexes of a tenant that are not complete. "" is none: those of before were made with their tenant.
const schemaPending = `
ALTER TABLE scim_tenant ADD COLUMN pending TEXT NOT NULL DEFAULT '';
CREATE INDEX scim_tenant_pending ON scim_tenant (id) WHERE pending <> '';
`
