// Package logtest is the conformance suite of activity.Log: every implementation runs it in its
// tests.
//
//	Run(t, open) ──► open an empty Log ──► append, query, get ──► compare with the contract
package logtest
