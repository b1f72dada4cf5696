// Package lambdarun runs the functions as Lambda and API Gateway do, without either. It starts the
// real bootstrap binaries, so tests run what is deployed.
//
//	HTTP ──► Gateway ── route.go: which function ── event.go: an event of payload 2.0
//	                        │
//	                        ▼
//	                    Function ── an idle environment, a new one, or a wait
//	                        │
//	                        ▼
//	                   environment ── a process and its Runtime API:
//	                        ├ GET  /2018-06-01/runtime/invocation/next
//	                        ├ POST /2018-06-01/runtime/invocation/{id}/response
//	                        ├ POST /2018-06-01/runtime/invocation/{id}/error
//	                        └ POST /2018-06-01/runtime/init/error
//
//	stream of the table ── source.go ──► Function "stream", with events of the stream's form
//	                                        │ facts are new
//	                                        ▼
//	                    facts.go: SQS, the schedule, EventBridge ──► Function "webhooks" ──► webhooks
//
// An environment serves one request at a time. An environment whose process ends, or exceeds its
// timeout, is discarded; the next request gets a new one.
package lambdarun
