// Package storetest is the conformance suite for implementations of scim.Store.
//
//	func TestStore(t *testing.T) {
//		open := func(t *testing.T) scim.Store { … an empty store … }
//		storetest.Behaviour(t, open)    what each method promises, one tenant and two
//		storetest.Conflict(t, open)     two writers who read the same state: one wins
//		storetest.Concurrency(t, open)  many at once: one wins, nothing is lost
//	}
//
// open is called once per test and must give a store without data.
package storetest
