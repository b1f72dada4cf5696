// Package storetest is the conformance suite for implementations of scim.Store.
//
//	func TestStore(t *testing.T) {
//		open := func(t *testing.T) scim.Store { … an empty store … }
//		storetest.Behaviour(t, open)    the contract of each method, in one tenant and in two with the same ids
//		storetest.Except(t, open, …)    the same without some checks, each with its reason
//		storetest.Jumps(t, open)        offsets tell of now, not of the last walk
//		storetest.Renames(t, open, 0)   members are shown under their names of now, or after a while
//		storetest.Conflict(t, open)     two writers that read the same state: one succeeds
//		storetest.Concurrency(t, open)  many writers at once: no write is lost
//		storetest.Leavers(t, open, 0)   members that are removed while they are added, at once or after a while
//		storetest.Feed(t, open, 0)      of a scim.Feed: every change once, in order, at once or after a while
//		storetest.FeedExcept(t, open, 0, …)  the same without some checks, each with its reason
//		storetest.Reopen(t, data)       a store that is opened again on the same data has all of it
//	}
//
// open is called once per test and must return a store without data. Tests run in parallel.
//
// The suite is tested itself: a store with one fault at a time fails it, whichever fault that is.
package storetest
