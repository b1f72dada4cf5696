package guide

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// checkJSON accepts a JSON value, and members of an object as a page shows them.
func checkJSON(body string) error {
	var v any
	if json.Unmarshal([]byte(body), &v) == nil {
		return nil
	}
	return json.Unmarshal([]byte("{"+body+"}"), &v)
}

// checkPart finds an excerpt in a file of the repository. Lines of … leave something out.
func checkPart(root string, b Block) error {
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(b.Mark.Part)))
	if err != nil {
		return err
	}
	rest := flat(string(source))
	for part := range strings.SplitSeq(strings.ReplaceAll(b.Body, "// …\n", "…\n"), "…\n") {
		part = flat(part)
		i := strings.Index(rest, part)
		if i < 0 {
			return fmt.Errorf("%s does not have\n%s", b.Mark.Part, part)
		}
		rest = rest[i+len(part):]
	}
	return nil
}

// flat is a text without its indentation, so that an excerpt may begin anywhere.
func flat(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		out.WriteString(strings.TrimSpace(line) + "\n")
	}
	return out.String()
}
