package histories

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
)

// What stores and services may choose, each with the reason.
var chosen = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`"(nextCursor|previousCursor|next)":"[^"]*"`), `"$1":"CURSOR"`}, // sealed with a random nonce
	{regexp.MustCompile(`"id":"[0-9a-f]{24}"`), `"id":"RECORD"`},                        // of the log: it has random digits
	{regexp.MustCompile(`"duration":\d+,?`), ""},                                        // by the real clock
	{regexp.MustCompile(`"plan":"[^"]*",?`), ""},                                        // of a search: stores have different indexes
	{regexp.MustCompile(`"read":\d+,?`), ""},                                            // resources that it read
	{regexp.MustCompile(`"secret":"[^"]*",?`), ""},                                      // of a token
	{regexp.MustCompile(`,"lastUsed":"[^"]*"`), ""},                                     // it is written a moment later
	{regexp.MustCompile(`"requestId":"[^"]*",?`), ""},                                   // random
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// groups are those of the user in a fact, left out after a bulk request: DynamoDB reads them when it processes the
// stream, which is after the last of its operations (scim.Entry.Groups).
var groups = regexp.MustCompile(`,"groups":\["[^\]]*"\]`)

// total is left out of a page after a cursor, which has it or not (RFC 9865 §2): DynamoDB does not count there.
var total = regexp.MustCompile(`"totalResults":\d+,`)

// others are those whom a record names beside the resource that was asked for: DynamoDB keeps a copy of the record for each
// member, which names that member only (package dynamolog).
var others = regexp.MustCompile(`"(added|removed|also|known)":\[[^\]]*\],?|"names":\{(?:"[^"]*":"(?:[^"\\]|\\.)*",?)*\},?`)

// headers are those that must be equal.
var headers = []string{"Location", "Etag", "Content-Type", "Allow", "Retry-After", "Cache-Control", "Www-Authenticate"}

// normal is an answer as text that must be the same for every store.
func (s *side) normal(q request, w *httptest.ResponseRecorder) string {
	var b strings.Builder
	fmt.Fprintln(&b, w.Code)
	for _, name := range headers {
		if v := w.Header().Values(name); v != nil {
			fmt.Fprintf(&b, "%s: %s\n", name, s.named(strings.Join(v, ", ")))
		}
	}
	body := s.named(plain(w.Body.String()))
	for _, c := range chosen {
		body = c.pattern.ReplaceAllString(body, c.instead)
	}
	if s.bulk {
		body = groups.ReplaceAllString(body, "")
	}
	if strings.Contains(q.path, "&resource=") {
		body = others.ReplaceAllString(body, "")
	}
	if strings.Contains(q.path, "{{cursor}}") {
		body = total.ReplaceAllString(body, "")
	}
	return b.String() + ordered(body)
}

// named is a text with placeholders for ids.
func (s *side) named(text string) string {
	text = strings.NewReplacer(s.keys...).Replace(text)
	return uuid.ReplaceAllStringFunc(text, func(id string) string {
		if name, known := s.names[id]; known {
			return name
		}
		return id
	})
}
