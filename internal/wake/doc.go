// Package wake has the messages that tell the function webhooks that there is something to send.
//
//	stream function: facts are new ──► SQS ──► function webhooks ──┐
//	                                    ▲                          │ a delivery that failed is due later
//	                                    └──── with a delay ◄───────┘
//
// A message is no more than a hint: what is to be sent, and how far it was, is in the table. So one that is lost delays
// facts until the function looks at all tenants, every five minutes, and one that comes twice changes nothing.
package wake
