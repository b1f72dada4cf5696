package admin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName limits names for people, in bytes.
const maxName = 100

// maxReason limits the reason why a webhook is paused, in bytes.
const maxReason = 500

// shortened is input as an error may repeat it.
func shortened(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// checkText checks a text for people: it must be printable and not too long.
func checkText(field, s string, most int, required bool) []Problem {
	switch {
	case required && strings.TrimSpace(s) == "":
		return []Problem{{Field: field, Reason: "it is missing", Remedy: fmt.Sprintf("write a text of at most %d bytes", most)}}
	case len(s) > most:
		return []Problem{{Field: field, Reason: fmt.Sprintf("it has %d bytes", len(s)), Remedy: fmt.Sprintf("use at most %d", most)}}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return []Problem{{Field: field, Reason: "it has characters that cannot be shown", Remedy: "use printable characters on one line"}}
	}
	return nil
}
