package scim

// Abilities are the optional features of a Provider for a tenant (RFC 7643 §5). Discovery announces
// them, and the HTTP binding refuses or ignores what is missing, as the RFCs ask. The zero value is a
// Provider that can do no more than the methods of the interface.
type Abilities struct {
	// Sort: Search obeys SortBy and Descending. Without it both are ignored (RFC 7644 §3.4.2.3).
	Sort bool
	// Cursor: Search obeys Cursor and returns Next (RFC 9865). Without it a cursor is refused.
	Cursor bool
	// ETag: Result.Version grows with every change, and Match is checked. A Provider without it leaves
	// the version 0, so that no answer has an entity tag; an If-Match that names one is answered with
	// 412, since it cannot be true.
	ETag bool
	// Bulk: the binding accepts requests of many operations. Without it they are answered with 501.
	Bulk bool
	// ChangePassword: a password that a client sends is kept (RFC 7643 §4.1.1).
	ChangePassword bool
	// DocumentationURI is where people read about the service; "" announces none.
	DocumentationURI string
}
