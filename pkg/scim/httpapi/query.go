package httpapi

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// parameters reads the query string. Every endpoint does so before it does anything else.
func parameters(raw string) (params.List, error) {
	return params.Parse(raw, "attributes", "excludedAttributes")
}

// projection reads attributes and excludedAttributes from a query string (V rows), for the sender of
// the request.
func (req *request) projection() scim.Projection {
	v := req.params
	return scim.Projection{Attributes: names(v.All("attributes")), Excluded: names(v.All("excludedAttributes"))}
}

func names(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	for n := range strings.SplitSeq(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// query reads a search from GET parameters.
func (req *request) query() (scim.Query, error) {
	v := req.params
	q := scim.Query{Projection: req.projection(), SortBy: v.Get("sortBy"), StartIndex: 1}
	q.Filter, q.HasFilter = v.Get("filter"), v.Has("filter")
	q.Cursor, q.HasCursor = v.Get("cursor"), v.Has("cursor")
	var err error
	if q.StartIndex, q.HasStart, err = intParam(v.Get("startIndex"), v.Has("startIndex"), "startIndex"); err != nil {
		return q, err
	}
	if q.Count, q.HasCount, err = intParam(v.Get("count"), v.Has("count"), "count"); err != nil {
		return q, err
	}
	q.Descending, err = req.sortOrder(v.Get("sortOrder"))
	return q, err
}

// intParam reads an integer. One that is too large for 32 bits means very many.
func intParam(s string, has bool, name string) (int, bool, error) {
	if !has || s == "" {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(s, 10, 32) // out of range, it is the nearest number in it
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false, scim.NewError(scim.CodeParameter, "%s must be an integer", name)
	}
	return int(n), true, nil
}

// sortOrder reads the order of a search. A tolerant tenant takes the words in any case.
func (req *request) sortOrder(s string) (descending bool, err error) {
	if lower := strings.ToLower(s); lower != s && !req.tenant.Strict && (lower == "ascending" || lower == "descending") {
		req.note("sortOrder was read in another case")
		s = lower
	}
	switch s {
	case "", "ascending":
		return false, nil
	case "descending":
		return true, nil
	}
	return false, scim.NewError(scim.CodeParameter, "sortOrder must be ascending or descending")
}

const searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// bodyQuery reads a search from the body of POST .search (RFC 7644 §3.4.3).
func (req *request) bodyQuery(body map[string]any) (scim.Query, error) {
	q := scim.Query{StartIndex: 1}
	if !req.isMessage(body, searchURN) {
		return q, scim.NewError(scim.CodeSearchBody, "schemas must contain %s", searchURN)
	}
	for k, v := range body {
		var err error
		switch schema.NameKey(k) {
		case "filter":
			q.Filter, q.HasFilter, err = text(v, k)
		case "sortby":
			q.SortBy, _, err = text(v, k)
		case "sortorder":
			var s string
			if s, _, err = text(v, k); err == nil {
				q.Descending, err = req.sortOrder(s)
			}
		case "cursor":
			q.Cursor, q.HasCursor, err = text(v, k)
		case "startindex":
			q.StartIndex, q.HasStart, err = number(v, k)
		case "count":
			q.Count, q.HasCount, err = number(v, k)
		case "attributes":
			q.Projection.Attributes, err = nameList(v, k)
		case "excludedattributes":
			q.Projection.Excluded, err = nameList(v, k)
		}
		if err != nil {
			return q, err
		}
	}
	return q, nil
}

// isMessage checks the schemas of a message. For a tolerant tenant they may be left out.
func (req *request) isMessage(body map[string]any, urn string) bool {
	if !req.tenant.Strict && schema.Field(body, "schemas") == nil {
		req.note("schemas were left out; read as " + urn)
		return true
	}
	return hasURN(body, urn)
}

// note records what a tolerant tenant's request said differently.
func (req *request) note(s string) { req.record.Notes = append(req.record.Notes, s) }

// hasURN looks for a message URN in schemas.
func hasURN(body map[string]any, urn string) bool {
	for k, v := range body {
		if !schema.SameName(k, "schemas") {
			continue
		}
		list, _ := v.([]any)
		for _, e := range list {
			if s, ok := e.(string); ok && strings.EqualFold(s, urn) {
				return true
			}
		}
	}
	return false
}

func text(v any, name string) (string, bool, error) {
	if v == nil {
		return "", false, nil
	}
	s, ok := v.(string)
	if !ok {
		return "", false, scim.NewError(scim.CodeParameter, "%s must be a string", name)
	}
	return s, true, nil
}

func number(v any, name string) (int, bool, error) {
	if v == nil {
		return 0, false, nil
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, false, scim.NewError(scim.CodeParameter, "%s must be an integer", name)
	}
	return intParam(n.String(), true, name)
}

// maxNames bounds the names of attributes in the body of a search; a URL is short enough.
const maxNames = 1000

func nameList(v any, name string) ([]string, error) {
	list, ok := v.([]any)
	if s, one := v.(string); one { // tolerated
		list, ok = []any{s}, true
	}
	if !ok && v != nil {
		return nil, scim.NewError(scim.CodeParameter, "%s must be a list of names", name)
	}
	left := maxNames
	var out []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, scim.NewError(scim.CodeParameter, "%s must be a list of names", name)
		}
		if left -= 1 + strings.Count(s, ","); left < 0 {
			return nil, scim.NewError(scim.CodeParameter, "%s may list at most %d names", name, maxNames)
		}
		out = append(out, names(s)...)
	}
	return out, nil
}
