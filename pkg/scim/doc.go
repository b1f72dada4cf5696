// Package scim holds the contracts of a SCIM 2.0 service provider (RFC 7643, RFC 7644, RFC 9865):
// the interfaces that a store, a service and an authenticator implement, the values that travel
// between them, and the one table of errors. It imports the standard library and knows no HTTP, no
// cloud and no database.
//
//	HTTP ──► httpapi.NewHandler                 the HTTP binding over any Provider
//	           │  Authenticator                 authenticate.go   credential → Principal, Tenant
//	           ▼
//	         Provider ◄── MCP, command line     provider.go       Create Get Replace Patch Delete Search
//	           │  engine.New                    the standard Provider over any Store
//	           ▼
//	         Store                              store.go          reads, and one atomic Commit
//	                                            change.go         what Commit carries
//
//	values   TenantID Tenant Limits Principal Target Query Found Resource Result Match Record
//	hooks    BeforeHook, AfterHook ◄── Event   event.go; CallerFrom(ctx) says who, caller.go
//	errors   Code ──NewError──► *Error          code.go, errors.go; AsError translates all others
//
// # Where to begin
//
// To serve SCIM from the stores of this module, see the example of package httpapi. To keep the
// data in a database of your own, implement Store; package storetest checks it. To map a data model
// of your own, implement Provider.
//
// # What holds everywhere
//
// The tenant is a type and comes from the credential. Every error becomes an *Error in AsError and
// nowhere else, and no cause reaches a client. A write without effect writes nothing.
package scim
