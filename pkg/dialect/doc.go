// Package dialect reads SCIM as identity providers really send it. It rewrites spellings that
// differ from the RFC, recognises the provider that sent a request, and describes how to set up
// each provider's console.
//
//	body ── inspect: any sign of a dialect? ── no ──► the core reads it unchanged
//	             │ yes
//	             └─► the normalisers whose sign was found, in order ──► body, notes ──► the core
//
//	pipeline.go      the Pipeline of normalisers
//	normalisers.go   all normalisers, as data, with the quirks that they serve
//	inspect.go       one pass over a body that looks for signs
//	rewrite_*.go     rewrites spellings that need neither the schema nor the stored resource
//	recognise.go     request → "okta", "entra", … or ""
//	profile.go       what administrators need to know about one identity provider
//	profile_load.go  reads profiles/*.json
//
// Tolerances that need the schema or the stored resource are schema.Tolerance: the core applies
// them in the same pass in which it checks values. Each normaliser and each tolerance can be
// switched off in a test, which shows that it is needed. A strict tenant has none of them.
//
// Correctness never depends on knowing the sender, with one exception: for a tenant whose
// identity provider is Entra, "replace members" with one element means add (ENTRA-18).
//
// # Profiles
//
// Each provider has one file, profiles/NAME.json, a JSON object with these members:
//
//	name         string      as in tenant settings; the name of the file
//	title        string      as the provider calls its product
//	quirks       string      prefix of the ids of the provider's quirks, such as "OKTA"
//	evidence     string      how well the provider's traffic is known
//	signs        string      how its requests are recognised; with signals, or absent
//	signals      [string]    names of entries of signals, in recognise.go
//	normalisers  [string]    names of the normalisers that serve the provider's own quirks
//	console      [string]    steps in its console, in order
//	urlField     string      the console's field for the base URL
//	authField    string      the console's field for the token
//	attributes   [{from,to}] an attribute mapping that works
//	avoid        [string]    what not to map or enable
//	limits       [string]    what the provider cannot do
//
// Only signs, signals and normalisers may be absent. Texts are Markdown. A file with an unknown
// or duplicate member, or with the name of a signal or normaliser that does not exist, does not
// load, and the tests fail. Files are read when Profiles or ByName is called, never by a request.
package dialect
