// Package lineartest checks that what concurrent clients of a Store have seen is a history of single steps
// (linearizability), with outcomes that are unknown. It is for tests.
//
//	var h lineartest.History
//	h.Clients(6, func(client int, random *rand.Rand) {
//		start := time.Now()
//		… a read or a write …
//		h.Done(client, start, lineartest.Access{…}, lineartest.Answer{…}, unsure)
//	})
//	h.Check(t, lineartest.Registers())
package lineartest
