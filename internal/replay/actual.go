package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Actual returns the value with which an "equals" or "count" assertion holds for a body decoded
// with json.Number. It returns an error where no value does: another operator, a malformed path, or
// a path of "equals" that selects no node or several.
func (a Assertion) Actual(doc any) (json.RawMessage, error) {
	nodes, filtered, err := query(doc, a.Path)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Op == "count":
		return fmt.Appendf(nil, "%d", selection{nodes, filtered}.count()), nil
	case a.Op != "equals":
		return nil, fmt.Errorf("%s has no literal value", a.Op)
	case len(nodes) != 1:
		return nil, fmt.Errorf("%s selects %d nodes, want 1", a.Path, len(nodes))
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(nodes[0]); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
