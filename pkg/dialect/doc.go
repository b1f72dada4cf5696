// Package dialect knows how identity providers really speak SCIM. It rewrites what they
// spell in a way of their own, tells which of them sent a request, and says what an
// administrator has to enter in which console.
//
//	body ── inspect: any sign of a dialect? ── no ──► the core reads it as it is
//	             │ yes
//	             └─► the normalisers whose sign was found, in order ──► body, notes ──► the core
//
//	pipeline.go     the Pipeline and what a Normaliser is
//	normalisers.go  all of them, as data, with the quirks they serve
//	inspect.go      one pass over a body that looks for signs
//	rewrite_*.go    rewriting: spellings that take neither the schema nor the stored resource
//	recognise.go    request → "okta", "entra", … or ""
//	profile.go      what one identity provider is; one file for each of them
//
// Tolerances that take the schema or the stored resource to decide are schema.Tolerance: the
// core reads under them in the same pass in which it checks values. The Pipeline owns the list
// of both kinds, and each can be switched off. A strict tenant has none of them.
//
// Correctness never depends on knowing who speaks, with one exception: for a tenant whose
// identity provider is Entra, "replace members" with one element means add (ENTRA-18).
package dialect
