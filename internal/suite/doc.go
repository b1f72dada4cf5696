// Package suite plays transcripts: requirement by requirement, over HTTP, against the whole
// service. They are in testdata/*.txtar; the name of each transcript in an archive begins with the
// ids of the requirements that it shows.
//
//	archive ── play.go ──► player ──► Service: in process, or the real functions
//	                         │ request.go   sends a line
//	                         │ expect.go    compares the response with the lines after it
//	                         ▼
//	                       rewrite.go       with -update: literal expectations written anew
//
// A transcript has one line for each step:
//
//	-- C-01 create answers 201 --
//	POST /Users {"userName":"ann"}          a request; indented lines after it are headers
//	201                                     its status
//	= $.userName "ann"                      the node has this JSON value
//	! $.title                               there is no such node, or an empty one
//	+ $.id                                  there is a node with a value
//	# $.emails 2                            the length of a list
//	~ $.detail mentions                     the node is there, and the body matches a regular expression
//	has $.schemas "urn:x"                   a list contains a value
//	h Location /Users/                      a header matches a regular expression
//	h! ETag                                 a header is absent
//	err invalidValue                        the scimType of an error body; "err -" for none
//	as u1                                   remembers {{u1.id}}, {{u1.etag}} and the body
//	equal u1                                the body equals the one remembered
//	empty                                   there is no body
//
// Directives: "tenant NAME [strict] [key=value]…" creates a tenant or returns to it, "token TEXT"
// and "scopes read,users" change the credential, "user {{u1.id}}" links it to a user, "wait 2h"
// moves the clock, "repeat N" plays the next request and its status N times, with {{i}} counting.
//
// Shorthands in bodies and paths: @User, @Group, @Ent, @Patch, @Error, @Search, @Bulk, @List, @SPC,
// and OPS PATH [operations] for a PATCH with its envelope.
package suite
