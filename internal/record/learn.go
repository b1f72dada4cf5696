package record

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/scimstack/scimstack/internal/replay"
)

// answer is what a response says about later requests: ids and cursors that they use.
type answer struct {
	ID         string
	NextCursor string
	Operations []operation
}

// operation is the result of one operation of a bulk request.
type operation struct{ Method, Location, Status string }

// learn makes the ids and the cursor of a response placeholders in all later steps.
func (t *tape) learn(as string, a *copied) (v answer) {
	if json.Unmarshal(a.body.Bytes(), &v) != nil {
		return answer{}
	}
	ids := t.redactor.ids
	if a.status == http.StatusCreated && v.ID != "" {
		ids[v.ID] = "{{" + as + ".id}}"
	}
	if v.NextCursor != "" {
		ids[v.NextCursor] = "{{" + as + ".nextCursor}}"
	}
	for i, op := range v.Operations {
		if id := replay.LastSegment(op.Location); op.Status == "201" && id != "" {
			ids[id] = fmt.Sprintf("{{%s.%d.id}}", as, i)
		}
	}
	return v
}

// assertions require the same results of the operations of a bulk request: as many, and the status
// and the type of each.
func (v answer) assertions(w *words) (out []replay.Assertion) {
	if len(v.Operations) == 0 || v.Operations[0].Status == "" {
		return nil
	}
	check := func(path, op string, value any) {
		raw, _ := json.Marshal(value) // strings and numbers always marshal
		out = append(out, replay.Assertion{Path: path, Op: op, Value: raw})
	}
	check("$.Operations", "count", len(v.Operations))
	for i, op := range v.Operations {
		at := fmt.Sprintf("$.Operations[%d]", i)
		if code.MatchString(op.Status) {
			check(at+".status", "equals", op.Status)
		}
		if op.Location == "" {
			check(at+".location", "absent", nil)
			continue
		}
		if parts := strings.Split(op.Location, "/"); len(parts) > 2 && w.segments[strings.ToLower(parts[len(parts)-2])] {
			check(at+".location", "matches", "/"+regexp.QuoteMeta(parts[len(parts)-2])+"/[^/]+$")
		}
	}
	return out
}
