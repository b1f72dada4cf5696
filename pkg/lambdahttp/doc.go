// Package lambdahttp serves an http.Handler behind Amazon API Gateway: events of an HTTP API
// (payload 2.0) and of a REST API (1.0) become requests, answers become what the gateway takes.
//
//	event ── kind.go: which of the two? ── path.go: the path escaped again ──► aws-lambda-go-api-proxy
//	                                                                                    │ *http.Request
//	                                    guard.go ◄──────────────────────────────────────┘
//	                                      │ request too large: 413          deadline: a little before Lambda's
//	                                      │ panic: 500 with an error id     gateway's request id, source address
//	                                      ▼
//	                                    http.Handler
//	                                      │
//	                     answer.go: gzip where accepted; larger than Lambda lets out: an error that says what to do
//
// The path is escaped before the proxy sees it, because an HTTP API gives it decoded and the
// proxy pastes it into a URL: "100%" would be a fault, "a?b" would inject a query.
//
// A Handler is a lambda.Handler; hand it to lambda.StartHandler. It is safe for concurrent use.
package lambdahttp
