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
	brackets = regexp.MustCompile(`\[[^\]]*\]?`)
)

// Clean removes from an observation whatever a client may have put there, by mistake or on purpose:
// malformed ids, values embedded in paths, and error texts that quote input. Attribute names and
// resource ids stay. Methods and operations are known ones afterwards, every text is short, and
// nothing that a stranger sent is left (scim.Record.Stranger). isID reports whether a string has the
// form of a resource id; nil accepts UUIDs. Clean changes rec and must be called before anything is
// logged.
func Clean(rec *scim.Record, isID func(string) bool) {
	isID = orUUID(isID)
	if rec.Stranger() {
		forget(rec)
	}
	if rec.Status >= 400 && !isID(rec.ResourceID) {
		rec.ResourceID = ""
	}
	if rec.Status < 500 {
		rec.Err = nil // Code and Attribute say as much, and it may quote the client
	}
	if rec.Method != "" {
		rec.Method = scim.MethodName(rec.Method)
	}
	if !operation(rec.Operation) {
		rec.Operation = ""
	}
	for _, text := range []*string{
		&rec.Subject, &rec.IdP, &rec.RequestID, &rec.Type, &rec.ResourceID, &rec.ScimType, (*string)(&rec.Code),
		&rec.Attribute, &rec.Holder, &rec.ErrorID,
	} {
		*text = shortened(*text, maxText)
	}
	cleanNotes(rec, isID)
}

// forget removes what a request may have put into its record. What is left is what the service says:
// the time, the tenant and its identity provider, the status and the cause.
func forget(rec *scim.Record) {
	rec.Type, rec.ResourceID, rec.Operation, rec.Attribute, rec.Holder, rec.Notes, rec.Err = "", "", "", "", "", nil, nil
	rec.Plan = scim.Plan{}
}

// operation reports whether a name is one of those in scim.Record.Operation.
func operation(name string) bool {
	switch name {
	case "", "create", "get", "replace", "patch", "delete", "search", "bulk", "discovery":
		return true
	}
	return false
}

// cleanNotes cleans and shortens the notes. There may be one for each value of a large request.
func cleanNotes(rec *scim.Record, isID func(string) bool) {
	rec.Notes = few(rec.Notes)
	for i, n := range rec.Notes {
		if c := shortened(cleanNote(n, isID), maxText); c != n {
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

// unknownMember splits a note on an unknown member.
func unknownMember(n string) (id, rest string, ok bool) {
	if id, ok = strings.CutPrefix(n, "member "); !ok {
		return "", "", false
	}
	return cutLast(id, " is unknown")
}

// cutLast cuts at the last occurrence of sep, because what comes before may contain anything.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// cleanNote removes malformed member ids, and whatever is quoted and is no attribute name, from a note.
func cleanNote(n string, isID func(string) bool) string {
	if id, rest, ok := unknownMember(n); ok && !isID(id) {
		n = "a member with a malformed id is unknown" + rest
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
			b.WriteString(`"…"`) // the quote does not end
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
