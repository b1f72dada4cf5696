// Package function is what the main.go of every Lambda function shares.
//
//	environment ── FromEnv ──► Config ── HTTP(…endpoints) ──► lambdahttp.Handler ── app.Handler ── dynamo.Store
//	                              │                                 │
//	                              │                              record.go: one line of JSON per request,
//	                              │                              which is also its metrics (EMF)
//	                              │
//	                              └── Stream ──► dynamo.Consumer; what failed is named by its sequence number
//
// Nothing that a client sent is logged: ids that the store made, names, counts and codes only.
package function
