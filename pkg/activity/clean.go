package activity

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

var (
	uuid     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	unknown  = regexp.MustCompile(`^member (.*) is unknown`)
	brackets = regexp.MustCompile(`\[[^\]]*\]?`)
)

// Clean removes from an observation what a client may have put there by mistake or on
// purpose: ids that are none, values in paths, causes that quote. Names of attributes and ids
// of resources stay. isID tells what an id looks like; nil means a UUID.
func Clean(rec *scim.Record, isID func(string) bool) {
	isID = orUUID(isID)
	if rec.Status >= 400 && !isID(rec.ResourceID) {
		rec.ResourceID = ""
	}
	if rec.Status < 500 {
		rec.Err = nil // says nothing that Code and Attribute do not, but may quote the client
	}
	for i, n := range rec.Notes {
		if c := cleanNote(n, isID); c != n {
			rec.Notes[i] = c
		}
	}
}

func orUUID(isID func(string) bool) func(string) bool {
	if isID == nil {
		return uuid.MatchString
	}
	return isID
}

func cleanNote(n string, isID func(string) bool) string {
	if m := unknown.FindStringSubmatchIndex(n); m != nil && !isID(n[m[2]:m[3]]) {
		n = "a member with an id of foreign form" + n[m[3]:]
	}
	if !strings.Contains(n, `"`) {
		return n
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(n, `"`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		quoted, err := strconv.QuotedPrefix(`"` + rest)
		if err != nil {
			b.WriteString(`"…"`) // a quote without an end
			return b.String()
		}
		text, err := strconv.Unquote(quoted)
		text = brackets.ReplaceAllString(text, "[]")
		if err != nil || schema.NameOnly(strings.ReplaceAll(text, "[]", "")) == "" {
			text = "…"
		}
		b.WriteString(`"` + strings.ReplaceAll(text, "[]", "[…]") + `"`)
		n = rest[len(quoted)-1:]
	}
}
