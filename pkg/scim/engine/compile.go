package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// boundOf is what a cursor belongs to: everything in the query except position and count. Only queries with a
// cursor need it.
func boundOf(q *scim.Query, t *scim.Tenant) string {
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

// compileFilters parses the filter once and resolves it for each type.
func compileFilters(q *scim.Query, t *scim.Tenant) ([]*filter.Filter, error) {
	if !q.HasFilter {
		return make([]*filter.Filter, len(q.Types)), nil
	}
	if len(q.Types) == 1 && !q.Root {
		if f := filter.Equality(q.Filter, q.Types[0]); f != nil {
			return []*filter.Filter{f}, nil
		}
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
