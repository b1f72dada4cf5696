// Package patch carries out PATCH requests (RFC 7644 §3.5.2) on canonical documents. It is
// pure: it reads no store and keeps nothing.
//
//	body ── Parse(type) ──► *Request ── Apply(document) ──► *Result
//	                           │                             ├ Doc      the new document; the old one is unchanged
//	                           └ MemberIDs()                 ├ Members  edges to add and to remove
//	                             what to look up first       └ Changed  false if the document stays as it is
//
//	request.go   the form of a request
//	prepare.go   operations as steps: paths and names resolved, member values read once
//	apply.go     steps on a document
//	single.go    simple and singular complex attributes, their sub-attributes, extensions, schemas
//	list.go      multi-valued attributes, with and without a value filter
//	members.go   members of groups, which are edges and not part of the document
//
// Operations run in order, each on the result of the one before. The first error ends the
// PATCH, and nothing is changed (T-03, T-04).
package patch
