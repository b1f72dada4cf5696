package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// position is where the page after a cursor begins (RFC 9865).
type position struct {
	bound string // what the cursor belongs to: all of the query but the page
	count int
	last  hit // of the page before
	until int64
}

// bound is the query without its page (K-08).
func (q query) bound() string {
	var types []string
	for _, typ := range q.types {
		types = append(types, typ.name)
	}
	names := func(parameter string) string { return strings.ReplaceAll(q.Get(parameter), " ", "") }
	descending := strings.EqualFold(q.Get("sortOrder"), "descending")
	return fmt.Sprintf("%q", []any{types, q.Get("filter"), q.Get("sortBy"), descending, names("attributes"), names("excludedAttributes")})
}

// position finds what a cursor is of, and the size of its pages. It is nil for a first page.
func (m *model) position(q query, count *int) (*position, []problem) {
	if !q.Has("cursor") {
		return nil, nil
	}
	if q.Get("startIndex") != "" {
		return nil, bad("invalidValue") // K-16
	}
	if q.Get("cursor") == "" {
		return nil, nil // K-02
	}
	at := m.cursors[q.Get("cursor")]
	switch {
	case at == nil || at.bound != q.bound():
		return nil, bad("invalidCursor") // K-08, K-10
	case m.now.Unix() > at.until:
		return nil, bad("expiredCursor") // K-11
	case q.Get("count") != "" && *count != at.count:
		return nil, bad("invalidCount") // K-09
	}
	*count = at.count
	return at, nil
}

// cursor checks the cursor of an answer, and keeps what it is of (K-03, K-04).
func (m *model) cursor(want *position, got string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	switch {
	case (want != nil) != (got != ""):
		return fmt.Sprintf("nextCursor: model %t, service %q", want != nil, got)
	case want == nil:
		return ""
	case strings.Trim(got, unreserved) != "":
		return "nextCursor has characters that are reserved: " + got
	}
	m.cursors[got] = want
	return ""
}

// next is a search for the page after another search of the history, or for something else with its cursor.
func (r *random) next() request {
	q := pick(r, r.searches...)
	cursor := fmt.Sprintf("{{cursor %d}}", q.n)
	if r.chance(0.1) {
		cursor = pick(r, "x", cursor+"A", "A"+cursor)
	}
	q.params = slices.Clone(q.params)
	q.params.drop("startIndex")
	q.params.set("cursor", cursor)
	if r.chance(0.2) {
		switch name := pick(r, "count", "filter", "sortBy", "startIndex", "later", "type"); name {
		case "count":
			q.params.set("count", "5")
		case "filter":
			q.params.set("filter", "id pr")
		case "sortBy":
			q.params.set("sortBy", "id")
		case "startIndex":
			q.params.set("startIndex", "1")
		case "type":
			q.endpoint = pick(r, "Users", "Groups", "")
		case "later":
			q.later = 4000
		}
	}
	return q.request(r.chance(0.5))
}
