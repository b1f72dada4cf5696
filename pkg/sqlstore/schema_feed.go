package sqlstore

// schemaFeed adds the feed, and how far its consumers are. A row of scim_feed is an entry; the newest one of a
// tenant stays when it expires, without its content, because the numbers go on after it.
const schemaFeed = `
CREATE TABLE scim_feed (
	tenant TEXT NOT NULL, last BIGINT NOT NULL, first BIGINT NOT NULL, expires BIGINT NOT NULL,
	entry TEXT, prior TEXT, document TEXT, member_of TEXT,
	PRIMARY KEY (tenant, last));
CREATE INDEX scim_feed_expires ON scim_feed (expires) WHERE entry IS NOT NULL;
CREATE TABLE scim_consumer (
	tenant TEXT NOT NULL, name TEXT NOT NULL, seq BIGINT NOT NULL, owner TEXT NOT NULL, until BIGINT NOT NULL,
	PRIMARY KEY (tenant, name)) CLUSTERED;
CREATE TABLE scim_letter (
	tenant TEXT NOT NULL, name TEXT NOT NULL, seq BIGINT NOT NULL, letter TEXT NOT NULL,
	PRIMARY KEY (tenant, name, seq));
`
