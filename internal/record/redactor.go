package record

import (
	"regexp"
	"strings"
)

// redactor replaces everything that is not one of the tenant's words. Ids of the service become
// placeholders. It serves one tenant and is not safe for concurrent use.
type redactor struct {
	words *words
	names *namer
	ids   map[string]string // id or cursor → placeholder
}

func newRedactor(w *words) *redactor {
	return &redactor{words: w, ids: map[string]string{}, names: newNamer(func(s string) bool {
		return w.word(s) || w.canonical(s) || w.segments[strings.ToLower(s)]
	})}
}

// value redacts a string that is a value: in a body, in the literal of a filter, in a path.
func (r *redactor) value(s string) string {
	switch placeholder, known := r.ids[s]; {
	case known:
		return placeholder
	case s == "" || r.words.canonical(s):
		return s
	case reference(s):
		return s[:len(bulkID)] + r.names.name(s[len(bulkID):])
	}
	return r.names.name(s)
}

const bulkID = "bulkid:"

// reference reports whether a value refers to an operation of the same bulk request.
func reference(s string) bool {
	return len(s) > len(bulkID) && strings.EqualFold(s[:len(bulkID)], bulkID)
}

var (
	etag  = regexp.MustCompile(`^(W/)?"[0-9]{1,4}"$`)
	small = regexp.MustCompile(`^-?[0-9]{1,4}$`)
	code  = regexp.MustCompile(`^[1-5][0-9][0-9]$`)
)

// version keeps the versions of the service, which count from 1.
func (r *redactor) version(s string) string {
	if s == "*" || etag.MatchString(strings.TrimSpace(s)) {
		return s
	}
	return r.phrase(s)
}
