// Package lambdarun runs the functions as Lambda and API Gateway would, without either: it
// starts the real bootstrap binaries, so what is deployed is what is tried.
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
//	stream of the table ── source.go ──► Function "stream", with events of its own form
//
// An environment serves one request at a time. One whose process ends or runs out of time is
// given up; the next request gets a new one.
package lambdarun
