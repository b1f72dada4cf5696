// Package patch carries out PATCH requests (RFC 7644 §3.5.2) on canonical documents. It is
// pure: it reads no store and keeps nothing.
//
//	body ── Parse(type) ──► *Request ── Apply(document) ──► *Result
//	                           │                             ├ Doc      the new document; the old one is unchanged
//	                           └ MemberIDs()                 ├ Members  steps to change members, in order
//	                             what to look up first       └ Changed  false if the document stays as it is
//
//	request.go      a request
//	room.go         the memory of a request
//	envelope.go     the form of a request and of its operations
//	prepare.go      operations as steps: paths and names resolved, member values read once
//	apply.go        steps on a document
//	before.go       the document that steps write to, and what was there before
//	part.go         steps on the part of a stored document that they look at
//	single.go       simple and singular complex attributes and their sub-attributes
//	list.go         multi-valued attributes and sub-attributes
//	element.go      what a value filter selects, and (elementvalue.go) the values for it
//	remove.go       removal, of what a value names if there is one
//	container.go    extensions, schemas
//	put.go          the checks of every write
//	members.go      a change of membership: its steps, and what they come to
//	memberlist.go   lists of members, read once
//	memberwrite.go  operations on members, which are edges and not part of the document
//
// Operations run in order, each on the result of the one before. The first error ends the
// PATCH, and nothing is changed (T-03, T-04).
package patch
