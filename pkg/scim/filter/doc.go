// Package filter parses, prints and evaluates the filters of RFC 7644 §3.4.2.2 and the paths of
// PATCH (§3.5.2), which share their grammar.
//
//	text ── Parse ──► Expr ── Compile(type) ──► *Filter ── Match(document) ──► bool
//	          │        │ String()                 │ Terms()   for a planner: what an index can answer
//	          │        ▼ prints, round-trips      │ Uses()    which attributes must be loaded
//	          │
//	          └─ ParsePath(text, type) ──► *Path ── MatchElement, Equalities
//
// Compile resolves names against the schema once. Match looks attributes up in the canonical
// document (see package schema) and does not allocate for ASCII values.
//
// The work is limited before it is done: a filter has at most 8192 bytes, 64 nested parentheses
// and 256 comparisons.
package filter
