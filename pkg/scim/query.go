package scim

import (
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Query is one search (RFC 7644 §3.4.2, RFC 9865), free of transport.
type Query struct {
	// Types are the resource types to search. In a root query an attribute that a type lacks has
	// no value there; otherwise it is an error.
	Types      []*schema.ResourceType
	Root       bool
	Filter     string
	HasFilter  bool
	SortBy     string
	Descending bool
	StartIndex int  // 1-based; below 1 means 1
	HasStart   bool // the client named a startIndex
	Count      int
	HasCount   bool
	Cursor     string
	HasCursor  bool
	Projection Projection
	// By is the sender, or nil for the program itself. It sees what Target.By sees, and what it must
	// not see has no value for it in filters and sort orders.
	By *Principal
}
