package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Query is one search (RFC 7644 §3.4.2, RFC 9865), free of transport.
type Query struct {
	// Types to search. With more than one (a root query) an attribute that a type lacks
	// has no value there instead of being an error.
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
}

// Found is one page of a search.
type Found struct {
	Total      int // -1 when unknown (cursor mode only)
	StartIndex int
	Resources  [][]byte
	Next       string // cursor of the next page, or ""
	CursorMode bool
}

// bound is what a cursor belongs to: everything of the query but the position and count.
func (q *Query) bound(t *Tenant) string {
	h := sha256.New()
	part := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	part(t.ID.String())
	for _, rt := range q.Types {
		part(rt.Name)
	}
	part(q.Filter)
	part(q.SortBy)
	if q.Descending {
		part("descending")
	}
	part(strings.Join(q.Projection.Attributes, ","))
	part(strings.Join(q.Projection.Excluded, ","))
	return hex.EncodeToString(h.Sum(nil))
}

// compile parses the filter once and resolves it for each type.
func (q *Query) compile(t *Tenant) ([]*filter.Filter, error) {
	if !q.HasFilter {
		return make([]*filter.Filter, len(q.Types)), nil
	}
	parse := filter.Parse
	if !q.Types[0].Mode(t.Strict).Allows(schema.UnquotedValue) {
		parse = filter.ParseStrict
	}
	expr, err := parse(q.Filter)
	if err != nil {
		return nil, err
	}
	out := make([]*filter.Filter, len(q.Types))
	for i, rt := range q.Types {
		if q.Root {
			out[i], err = filter.CompileLoose(expr, rt)
		} else {
			out[i], err = filter.Compile(expr, rt)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
