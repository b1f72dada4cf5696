// Package function has what the main.go of all Lambda functions share.
//
//	environment ── FromEnv ──► Config ── HTTP(…parts) ──► lambdahttp.Handler ── scimstack.Service ── dynamo.Store
//	                              │                                 │
//	                              │                              record.go: one line of JSON per request,
//	                              │                              which is also its metrics (EMF)
//	                              │
//	                              └── Stream ──► dynamo.Consumer; a failure is reported by its sequence number
//
// Nothing that a client sent is logged, only ids that the store made, names, counts and codes.
package function
