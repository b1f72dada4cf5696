package activity_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestPage: docs/reference/errors.md is what the catalogue says.
func TestPage(t *testing.T) {
	t.Parallel()
	golden(t, filepath.Join("..", "..", "docs", "reference", "errors.md"), page())
}

// general is what a client tried to do where the record does not say more.
const general = "The identity provider called the service."

// page is the catalogue as a page of the documentation.
func page() string {
	var b strings.Builder
	b.WriteString("# Errors, and what to do about them\n\n" +
		"Generated from the catalogue in `pkg/activity`; do not edit. The provisioning log names the cause of every failed\n" +
		"request with one of these codes (`scimstack log explain`). A client sees only status, scimType and detail.\n\n" +
		"| Code | Answer | Cause |\n|---|---|---|\n")
	for _, code := range scim.Codes() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", code, anchor(code), answerOf(code), explainCode(code, "").Title)
	}
	for _, code := range scim.Codes() {
		e := explainCode(code, "")
		meant := strings.TrimPrefix(e.Meant+" ", general+" ") // what holds for every code is left out
		fmt.Fprintf(&b, "\n## %s\n\n**%s** (%s). %s%s\n\n**To do:** %s\n\n", code, e.Title, answerOf(code), meant, e.Did, e.Todo)
		for _, idp := range activity.HintedIdPs() {
			if hint := explainCode(code, idp).IdP; hint != "" {
				fmt.Fprintf(&b, "- %s\n", hint)
			}
		}
		fmt.Fprintf(&b, "\n%s\n", e.RFC)
	}
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

// explainCode explains a code as if a client's request had run into it.
func explainCode(code scim.Code, idp string) activity.Explanation {
	status, scimType := code.Answer()
	return activity.Explain(&activity.Record{Status: status, ScimType: string(scimType), Code: string(code), IdP: idp, RequestID: "of the answer"})
}

func answerOf(code scim.Code) string {
	status, scimType := code.Answer()
	return strings.TrimSpace(fmt.Sprint(status, " ", scimType))
}

// anchor is how Markdown renderers name a heading.
func anchor(code scim.Code) string { return strings.ToLower(strings.ReplaceAll(string(code), ".", "")) }
