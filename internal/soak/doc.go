// Package soak lets many clients use the whole service at once, for a long time, with faults below the store and with
// clients that hang up. It consists of a test only.
//
//	32 workers ── mixed requests, some cancelled ──► app.Handler ──► store ──► faults ──► memory or dynamotest
//	   │ each writes resources of its own, and                                              │ stream
//	   │ fights with the others for names, versions                                    dynamo.Consumer
//	   ▼
//	model: what was acknowledged, and what may have happened without an answer
//	   │
//	   ▼ every few seconds the workers pause and the stream is drained
//	scan: users, groups, edges in both directions, unique values, filters, totals ── must equal the model
//
// A write without an answer may have taken effect or not, until the next pause; what an answer of 2xx
// says holds at once and for every reader.
//
// SOAK sets the time for each store ("10m"); the default is a few seconds.
package soak
