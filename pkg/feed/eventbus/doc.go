// Package eventbus puts facts on a bus of Amazon EventBridge.
//
//	feed.Source ─► feed.Consumer "eventbus" ─► up to 10 facts, 256 KB ─► PutEvents
//	                 position per tenant in feed.Positions               an entry that is refused is put again
//
// The source of an event is "scimstack", its detail-type the type of the fact, its detail the fact as /events shows it.
// A fact above 256 KB has ids instead of values, and "idsOnly": true. Each fact is put at least once; a bus has no
// order, so a consumer compares seq, or the version of the resource, with what it has.
package eventbus
