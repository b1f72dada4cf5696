// Package lambdahttp serves an http.Handler from Amazon API Gateway: it turns events of an HTTP API
// (payload format 2.0) and of a REST API (1.0) into requests, and answers into what the gateway expects.
//
//	event ── event.go: decoded once, which format? ── path.go: escape the path again ──► aws-lambda-go-api-proxy
//	                                                                                       │ *http.Request
//	                                    guard.go ◄─────────────────────────────────────────┘
//	                                      │ request too large: 413          deadline: shortly before Lambda's
//	                                      │ panic: 500 with an error id     gateway's request id, source address
//	                                      ▼
//	                                    http.Handler
//	                                      │
//	                     answer.go: too large for Lambda: an error that says what to do
//	                     gzip.go: where accepted         encode.go: the JSON of the gateway, written once
//
// The path is escaped before it goes to the proxy, because an HTTP API sends it decoded and the proxy
// inserts it into a URL: "100%" would fail, and "a?b" would inject a query.
//
// A Handler is a lambda.Handler; pass it to lambda.Start. It is safe for concurrent use.
package lambdahttp
