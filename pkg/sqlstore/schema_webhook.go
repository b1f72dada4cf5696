package sqlstore

// schemaWebhook adds webhooks and their deliveries that wait or were given up, see package sqlfeed. The tenant of a
// webhook of all tenants is empty.
const schemaWebhook = `
CREATE TABLE scim_webhook (
	tenant TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL,
	PRIMARY KEY (tenant, id));
CREATE UNIQUE INDEX scim_webhook_id ON scim_webhook (id);
CREATE TABLE scim_delivery (
	tenant TEXT NOT NULL, webhook TEXT NOT NULL, seq BIGINT NOT NULL, resource TEXT NOT NULL, dead BIGINT NOT NULL,
	next BIGINT NOT NULL, document TEXT NOT NULL,
	PRIMARY KEY (tenant, webhook, seq));
CREATE INDEX scim_delivery_next ON scim_delivery (webhook, dead, next);
CREATE INDEX scim_delivery_resource ON scim_delivery (tenant, webhook, resource, dead, seq);
`
