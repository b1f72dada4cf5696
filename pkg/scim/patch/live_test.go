package patch_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestIndexedEqualsPlain: over generated requests of several operations, in both modes, the writes
// through indexes have the result, the error and the notes of those that look at every element.
func TestIndexedEqualsPlain(t *testing.T) {
	t.Parallel()
	rt := badgeUser()
	changed := 0
	for i := range rounds() {
		g := generator{rand.New(rand.NewPCG(seed, uint64(i)))}
		doc := g.document(rt)
		ops := make([]map[string]any, 1+g.IntN(8))
		in := g.intent(rt)
		for k := range ops {
			switch g.IntN(8) {
			case 0:
				ops[k] = g.odd()
			case 1, 2, 3:
				ops[k] = g.listOperation()
			default:
				if g.IntN(2) == 0 {
					in = g.intent(rt)
				}
				ops[k] = g.operation(in)
			}
		}
		for _, o := range []patch.Options{{}, {Strict: true}, {MaxValues: 3}} {
			text, _ := json.Marshal(ops)
			plain := outcome(rt, doc, text, o)
			indexed := outcome(rt, doc, text, patch.Indexed(o))
			if d := cmp.Diff(plain, indexed); d != "" {
				have, _ := json.Marshal(doc)
				t.Fatalf("round %d, %+v: %s on\n%s\n%s", i, o, text, have, d)
			}
			if plain["changed"] == true {
				changed++
			}
		}
	}
	if changed < rounds()/4 {
		t.Errorf("only %d requests changed something", changed)
	}
}

// listOperation writes a list of few values, so that operations meet the elements of others.
func (g generator) listOperation() map[string]any {
	list := g.one("emails", "roles", "addresses", badge+":tags", badge+":device.ids")
	value := func() any { return g.one("a", "A", "b", "c", "d") }
	element := func() any {
		switch list {
		case "addresses":
			return map[string]any{"locality": value(), "type": g.one("work", "home")}
		case "emails", "roles":
			m := map[string]any{"value": value()}
			if g.IntN(2) == 0 {
				m["type"] = g.one("work", "home")
			}
			if g.IntN(3) == 0 {
				m["primary"] = g.IntN(2) == 0
			}
			return m
		}
		return value()
	}
	filter := fmt.Sprintf("[value eq %q]", value())
	switch {
	case list == "addresses":
		filter = fmt.Sprintf("[locality eq %q]", value())
	case list == "emails" && g.IntN(2) == 0:
		filter = fmt.Sprintf("[type eq %q]", g.one("work", "home"))
	case list == "roles" && g.IntN(2) == 0:
		filter = fmt.Sprintf("[type eq %q and value eq %q]", g.one("work", "home"), value())
	}
	op := map[string]any{"op": g.one("add", "replace", "remove", "add")}
	switch g.IntN(4) {
	case 0:
		op["path"], op["value"] = list+filter, element()
	case 1:
		op["path"], op["value"] = list+filter+"."+g.one("value", "type"), value()
	default:
		op["path"], op["value"] = list, []any{element(), element()}
	}
	if op["op"] == "remove" && g.IntN(2) == 0 {
		op["path"] = list + filter
		delete(op, "value")
	}
	return op
}

// outcome is all that a request results in.
func outcome(rt *schema.ResourceType, doc map[string]any, ops []byte, o patch.Options) map[string]any {
	body, err := schema.DecodeJSON(fmt.Appendf(nil, `{"schemas":[%q],"Operations":%s}`, patch.URN, ops), 20)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	req, err := patch.Parse(rt, body, o)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	res, err := req.Apply(doc)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	slices.Sort(res.Notes) // those on one object have no order
	return map[string]any{"doc": res.Doc, "changed": res.Changed, "notes": res.Notes, "requested": res.Requested}
}
