// Package sqlfeed keeps the positions and dead letters of feed.Consumer in the database of package sqlstore:
//
//	d, err := sqlite.Open(ctx, "scim.db", sqlstore.Options{})
//	…
//	consumer := feed.Consumer{Source: service.Feed(), Positions: sqlfeed.New(d, nil), …}
//
//	feed.Consumer ─► Take    the lease of scim_consumer: one process at a time
//	               ├► Move   position and dead letter, in one transaction that asks whose the lease is
//	               └► Leave
//	webhook.Sender ─► NewWebhooks: endpoints in scim_webhook; what waits or was given up in scim_delivery
package sqlfeed
