// Package async is the one home of concurrency: no other package of the product contains a go
// statement (internal/house_test.go checks it). A panic in a goroutine that it starts becomes a
// *PanicError of the caller; it never ends the process.
//
//	caller                 goroutines
//	  │ wait := Start(f) ───► f                one question beside the caller's own work
//	  │ defer wait()     ◄─── value, error
//	  │
//	  │ Each(ctx, n, parts, f) ─► f f f …      many parts, at most n at once
//	  │                  ◄─── first error
//	  │
//	  │ done := Go(f) ──────► f                a loop or server that outlives the call
//	  ▼                  ◄─── error, once
package async
