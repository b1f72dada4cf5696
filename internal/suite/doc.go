// Package suite plays transcripts: requirement by requirement, over HTTP, against the whole
// service. testdata/*.txtar holds them; the name of each file in an archive begins with the
// ids of the requirements that it shows.
//
//	-- C-01 create answers 201 --
//	POST /Users {"userName":"ann"}          a request; indented lines below it are headers
//	201                                     its status
//	= $.userName "ann"                      the node has this JSON value
//	! $.title                               no node, or an empty one
//	+ $.id                                  a node with a value
//	# $.emails 2                            length of a list
//	~ $.detail mentions                     the node, as text, matches a regular expression
//	has $.schemas "urn:x"                   a list contains a value
//	h Location /Users/                      a header matches a regular expression
//	h! ETag                                 a header is absent
//	err invalidValue                        the scimType of an error body; "err -" for none
//	as u1                                   remembers {{u1.id}}, {{u1.etag}} and the body
//	equal u1                                the body equals the one remembered
//	empty                                   there is no body
//
// Directives: "tenant NAME [strict] [key=value]…" makes a tenant or goes back to it, "token
// TEXT" and "scopes read,users" change the credential, "user {{u1.id}}" links it to a user,
// "wait 2h" moves the clock, "repeat N {{i}}" plays the next line N times.
//
// Shorthands in bodies and paths: @User, @Group, @Ent, @Patch, @Error, @Search, @Bulk, @List,
// and OPS PATH [operations] for a PATCH with its envelope.
package suite
