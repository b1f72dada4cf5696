// Package tablefeed is the Lambda function that sends the facts of a table on: to webhooks, and to a bus of EventBridge.
//
//	SQS: tenants with new facts, or what is due again ──┐
//	schedule: every minute, every fifth for all tenants ┴─► function ─► webhook.Sender.Drain ─► POST
//	                                                           │    └─► eventbus.Bus.Drain ─► PutEvents
//	                                                           └─► SQS: what is left, with a delay
//
// What is to be sent, and how far it was, is in the table (package dynamofeed): a call may be lost, may come twice, and
// may be killed.
package tablefeed
