package adminhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/admin"
)

// maxDepth bounds the nesting of a body: schemas have the deepest ones, with about ten levels.
const maxDepth = 64

// readBody reads a body once, and refuses one that two readers may understand differently: a name that is given twice, of which
// one value would be dropped in silence, bytes that are not UTF-8, and more than one JSON value.
func readBody(w http.ResponseWriter, r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return problem(admin.TooLarge, "body", fmt.Sprintf("it has more than %d bytes", maxBody), fmt.Sprintf("send at most %d", maxBody))
	case err != nil:
		return problem(admin.Invalid, "body", "it cannot be read to its end", "send it again")
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil // the operation knows whether it needs one
	}
	if wrong := ambiguous(data); wrong != "" {
		return problem(admin.Invalid, "body", wrong, "send one JSON object, with each name once")
	}
	return nil
}

// ambiguous says why readers may understand a text differently, or returns "". What is no JSON is left to the operation.
func ambiguous(data []byte) string {
	if !utf8.Valid(data) {
		return "it is not valid UTF-8"
	}
	d := json.NewDecoder(bytes.NewReader(data))
	var names []map[string]bool // of the objects and lists around a token; nil for a list
	key := false                // the next string is a name
	for {
		token, err := d.Token()
		if err != nil {
			return "" // the end, or no JSON
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				names = append(names, map[string]bool{})
			case '[':
				names = append(names, nil)
			default:
				names = names[:len(names)-1]
			}
			if len(names) > maxDepth {
				return fmt.Sprintf("it has more than %d levels", maxDepth)
			}
		case string:
			if !key {
				break
			}
			name := strings.ToLower(t) // as package json reads the fields of a struct
			if names[len(names)-1][name] {
				return "it has a duplicate name"
			}
			names[len(names)-1][name] = true
			key = false
			continue
		}
		key = len(names) > 0 && names[len(names)-1] != nil
	}
}
