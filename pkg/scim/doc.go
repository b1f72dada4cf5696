// Package scim is the protocol core of SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865): everything
// between an HTTP request and a store. It imports the standard library and golang.org/x/text
// and knows no cloud, no dialect and no store.
//
//	HTTP ──► Handler                     handler.go  the way of a request
//	           │ path, credential        http_auth.go
//	           │ query, body, limits     http_query.go, http_body.go
//	           ▼
//	         routes.go, discovery.go, bulk.go
//	           │
//	           ▼
//	         Provider ◄── MCP, command line, tests     provider.go
//	           │  write.go    create, replace, patch, delete: read, apply, commit once
//	           │  search.go   plan an index look-up, or walk within bounds; sort.go, cursor.go
//	           │  members.go  membership as edges; groups.go  direct and indirect groups
//	           │  project.go  what the client gets to see
//	           ▼
//	         Store                                     store.go
//
// # Embedding
//
//	provider := scim.NewProvider(memory.New(), scim.ProviderOptions{PublicBase: base})
//	http.ListenAndServe(addr, scim.NewHandler(provider, scim.HandlerOptions{PublicBase: base, Authenticator: auth,
//		Normalise: dialect.Standard().Normalise}))
//
// Without Normalise the handler takes the RFC's spellings only; package dialect adds those of
// identity providers.
//
// Implement Store for a database of your own (package storetest checks it), or Provider for
// a data model of your own.
//
// # What holds everywhere
//
// The tenant is a type and comes from the credential. Errors below the Handler become an
// *Error in AsError and nowhere else; no cause reaches a client. A write without effect
// writes nothing. What is never returned is taken out in one place, project.go.
package scim
