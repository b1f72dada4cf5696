package activity

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// WritePage writes the catalogue as a page of the documentation.
func WritePage(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Errors, and what to do about them\n\n" +
		"Generated from the catalogue in `pkg/activity`; do not edit. The provisioning log names the cause of every failed\n" +
		"request by these codes (`scimstack log explain`). A client sees only status, scimType and detail.\n\n" +
		"| Code | Answer | Cause |\n|---|---|---|\n")
	for _, code := range scim.Codes() {
		e := explainCode(code, "")
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", code, anchor(code), answerOf(code), e.Title)
	}
	for _, code := range scim.Codes() {
		e := explainCode(code, "")
		fmt.Fprintf(&b, "\n## %s\n\n**%s** (%s). %s %s\n\n**To do:** %s\n\n", code, e.Title, answerOf(code), e.Meant, e.Did, e.Todo)
		for _, idp := range slices.Sorted(maps.Keys(hints)) {
			if text := hint(idp, code); text != "" {
				fmt.Fprintf(&b, "- %s\n", text)
			}
		}
		fmt.Fprintf(&b, "\n%s\n", e.RFC)
	}
	_, err := io.WriteString(w, strings.ReplaceAll(b.String(), "\n\n\n", "\n\n"))
	return err
}

// explainCode explains a code as if a client's request had run into it.
func explainCode(code scim.Code, idp string) Explanation {
	status, scimType := code.Answer()
	return Explain(&Record{Status: status, ScimType: string(scimType), Code: string(code), IdP: idp, RequestID: "of the answer"})
}

func answerOf(code scim.Code) string {
	status, scimType := code.Answer()
	return strings.TrimSpace(fmt.Sprint(status, " ", scimType))
}

// anchor is how Markdown renderers name a heading.
func anchor(code scim.Code) string { return strings.ToLower(strings.ReplaceAll(string(code), ".", "")) }
