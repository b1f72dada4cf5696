// Package patch carries out the operations of RFC 7644 §3.5.2 on a canonical document. It is
// pure: a document and operations go in; a new document and a change of membership come
// out. It reads no store and keeps nothing.
//
//	body ── ParseRequest ──► []Operation ── Apply(type, document) ──► Result
//	                              │                                    ├ Doc      the new document; the old one is untouched
//	                              ├ path    filter.ParsePath           ├ Members  what to add and remove as edges
//	                              └ no path one write per key          └ Changed  false when nothing moved
//
//	apply.go     one operation: path or no path, read-only and unknown names
//	single.go    simple and singular complex attributes, their parts, extensions, schemas
//	list.go      multi-valued attributes, with and without a value filter
//	members.go   members of groups, which are edges and not part of the document
//
// Operations run in order, each on the result of the one before; the first error ends it
// and nothing is changed (T-03, T-04).
package patch
