package patch_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// parsed is a request of operations in JSON.
func parsed(t *testing.T, rt *schema.ResourceType, ops string, o patch.Options) *patch.Request {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(`{"schemas":["`+patch.URN+`"],"Operations":`+ops+`}`), &body); err != nil {
		t.Fatal(err)
	}
	req, err := patch.Parse(rt, body, o)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// TestLimitOfBefore: a list may become as long again as it was before the request, whatever earlier operations have
// made of it, and no longer.
func TestLimitOfBefore(t *testing.T) {
	t.Parallel()
	rt := schema.UserType()
	three := []any{map[string]any{"value": "a"}, map[string]any{"value": "b"}, map[string]any{"value": "c"}}
	for values, fails := range map[string]bool{
		`[{"value":"a"},{"value":"b"},{"value":"d"}]`:               false,
		`[{"value":"a"},{"value":"b"},{"value":"c"},{"value":"d"}]`: true,
	} {
		ops := `[{"op":"replace","path":"emails","value":[{"value":"a"}]},{"op":"replace","path":"emails","value":` + values + `}]`
		req := parsed(t, rt, ops, patch.Options{MaxValues: 2})
		if _, err := req.Apply(map[string]any{"schemas": []any{rt.Schema.ID}, "userName": "ada", "emails": three}); (err != nil) != fails {
			t.Errorf("%s: %v", values, err)
		}
	}
}

// TestChanged: what counts is the difference between the documents before and after all operations, in schemas too.
func TestChanged(t *testing.T) {
	t.Parallel()
	rt := schema.UserType()
	for _, c := range []struct {
		schemas, ops string
		changed      bool
	}{
		{rt.Schema.ID, `[{"op":"replace","path":"userName","value":"ada"}]`, false},
		{rt.Schema.ID, `[{"op":"replace","path":"userName","value":"bob"},{"op":"replace","path":"userName","value":"ada"}]`, false},
		{rt.Schema.ID, `[{"op":"add","path":"title","value":"x"},{"op":"remove","path":"title"}]`, false},
		{rt.Schema.ID, `[{"op":"add","path":"title","value":"x"}]`, true},
		{schema.URNEnterpriseUser, `[{"op":"replace","path":"userName","value":"ada"}]`, true},
	} {
		doc := map[string]any{"schemas": []any{c.schemas}, "userName": "ada"}
		was := maps.Clone(doc)
		res, err := parsed(t, rt, c.ops, patch.Options{}).Apply(doc)
		if err != nil || res.Changed != c.changed || res.Changed == schema.Equal(was, res.Doc) {
			t.Errorf("%s, %s: %v, %v", c.schemas, c.ops, res, err)
		}
		if !schema.Equal(doc, was) {
			t.Errorf("%s: the document before was changed: %v", c.ops, doc)
		}
	}
}
