// Package tenanttest is the conformance suite for implementations of tenant.Directory.
//
//	func TestDirectory(t *testing.T) {
//		open := func(t *testing.T) tenant.Directory { … without tenants … }
//		tenanttest.Behaviour(t, open)    the contract of each method, sentence by sentence
//		tenanttest.Concurrency(t, open)  many callers at once: nothing is lost, one of many wins
//	}
//
//	Behaviour ─┬► settings.go   Create, Put, versions, Names
//	           ├► tokens.go     AddToken, ChangeToken
//	           ├► clients.go    PutClient
//	           └► uses.go       RemoveCredential, Touch, Once
//
// open is called once per test and must return a Directory without tenants. Tests run in parallel.
package tenanttest
