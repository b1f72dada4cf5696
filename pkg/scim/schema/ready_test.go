package schema_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const usual = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
	`"externalId":"00u1","userName":"Ada@example.com","name":{"givenName":"Ada","familyName":"Lovelace"},"displayName":"Ada","active":true,` +
	`"emails":[{"value":"ada@example.com","type":"work","primary":true},{"value":"ada@home.example","type":"home"}],` +
	`"phoneNumbers":[{"value":"+44 20 7946 0018"}],"roles":[{"value":"admin"}],` +
	`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Engines","manager":{"value":"b"}}}`

// TestReady: what most clients send is ready, and whatever is ready is its own canonical document. The changes are
// those that make Canonical write something else, leave a note or refuse the body.
func TestReady(t *testing.T) {
	t.Parallel()
	shout := schema.NewKind("shout", func(s string) (string, error) { return strings.ToUpper(s), nil })
	rt, err := schema.UserType().WithKinds(map[string]*schema.Kind{"displayName": shout, "roles.value": shout}, nil)
	if err != nil {
		t.Fatal(err)
	}
	mode := schema.Mode{MaxValues: 2}
	body := func(text string) map[string]any {
		raw, err := schema.DecodeJSON([]byte(text), 20)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return raw
	}
	kinds := strings.NewReplacer(`"displayName":"Ada"`, `"displayName":"ADA"`, "admin", "ADMIN")
	if !schema.UserType().Ready(body(usual), mode) || !rt.Ready(body(kinds.Replace(usual)), mode) {
		t.Error("a usual body is not ready")
	}
	if rt.Ready(body(usual), schema.Mode{Strict: true}) || rt.Ready(body(usual), schema.Mode{Stored: schema.Document{}}) {
		t.Error("ready in a mode with rules for values")
	}
	changes := [][2]string{
		{`"userName"`, `"username"`}, {`"Ada@example.com"`, `" "`}, {`"Ada@example.com"`, `"\u00c5da "`}, {`"Ada@example.com"`, `5`},
		{`"active":true`, `"active":"True"`}, {`"active":true`, `"active":null`}, {`"active":true`, `"unknown":true`}, {`"active":true`, `"id":"x"`},
		{`"active":true`, `"groups":[{"value":"x"}]`}, {`"active":true`, `"photos":[{"value":"x y"}]`}, {`"active":true`, `"title":""`},
		{`"givenName"`, `"givenname"`}, {`"givenName":"Ada"`, `"givenName":""`}, {`"givenName":"Ada"`, `"givenName":{"a":"b"}`}, {`{"givenName":"Ada","familyName":"Lovelace"}`, `{}`},
		{`{"value":"ada@home.example","type":"home"}`, `{"value":"Ada@Example.com","type":"work"}`}, {`"type":"home"`, `"primary":true`},
		{`{"value":"ada@home.example","type":"home"}`, `{"type":"home"}`}, {`"ada@home.example"`, `null`}, {`{"value":"ada@home.example","type":"home"}`, `{"value":"b"},{"value":"c"}`},
		{`[{"value":"admin"}]`, `[]`}, {`[{"value":"admin"}]`, `{"value":"admin"}`}, {`[{"value":"admin"}]`, `["admin"]`}, {`[{"value":"ADMIN"}]`, `[{"value":"admin"}]`}, {`"ADA"`, `"Ada"`},
		{`{"value":"b"}`, `"b"`}, {`{"value":"b"}`, `{"$ref":"https://x/b"}`}, {`{"value":"b"}`, `{"value":"b","displayName":"B"}`},
		{`{"department":"Engines","manager":{"value":"b"}}`, `{}`}, {`"department"`, `"Department"`}, {`"department"`, `"unknown"`},
		{`core:2.0:User",`, `core:2.0:user",`}, {`["urn:ietf:params:scim:schemas:core:2.0:User",`, `[`},
		{`,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`, `]`}, {`enterprise:2.0:User"]`, `enterprise:2.0:User","urn:x"]`},
	}
	for i, c := range changes {
		text := strings.Replace(kinds.Replace(usual), c[0], c[1], 1)
		if text == kinds.Replace(usual) {
			text = strings.Replace(usual, c[0], c[1], 1)
		}
		if rt.Ready(body(text), mode) {
			doc, notes, err := rt.Canonical(body(text), mode)
			t.Errorf("%d: %s is ready; it becomes %v, %v, %v", i, c, doc, notes, err)
		}
	}
	r, ready := rand.New(rand.NewPCG(1, 2)), 0
	for range 3000 {
		text := kinds.Replace(usual)
		for range r.IntN(3) {
			c := changes[r.IntN(len(changes))]
			text = strings.Replace(text, c[0], c[1], 1)
		}
		raw, err := schema.DecodeJSON([]byte(text), 20)
		if err != nil || !rt.Ready(raw, mode) {
			continue
		}
		ready++
		if doc, notes, err := rt.Canonical(raw, mode); err != nil || len(notes) > 0 || !schema.Equal(doc, raw) {
			t.Fatalf("%s is ready; it becomes %v, %v, %v", text, doc, notes, err)
		}
	}
	if ready < 300 {
		t.Errorf("only %d bodies are ready", ready)
	}
}

// TestReadyTwice: a body with two elements of the same value is not ready, whether their case counts or not.
func TestReadyTwice(t *testing.T) {
	t.Parallel()
	const attribute = `{"name":"%","type":"complex","multiValued":true,"subAttributes":[{"name":"value","type":"string","caseExact":true}]}`
	types, err := schema.Load(schema.File{Name: "keys.json", Data: []byte(`[
		{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:2.0:Keys","name":"Keys","attributes":[` +
		strings.Replace(attribute, "%", "exact", 1) + `,` + strings.NewReplacer("%", "folded", "true}]", "false}]").Replace(attribute) + `]},
		{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","endpoint":"/Users",
		 "schema":"urn:ietf:params:scim:schemas:core:2.0:User","schemaExtensions":[{"schema":"urn:example:2.0:Keys","required":false}]}]`)})
	if err != nil {
		t.Fatal(err)
	}
	for values, want := range map[string][2]bool{`a b`: {true, true}, `a a`: {}, `a A`: {true, false}} { // exact, folded
		one, two, _ := strings.Cut(values, " ")
		for i, name := range []string{"exact", "folded"} {
			raw, err := schema.DecodeJSON([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:2.0:Keys"],"userName":"u",`+
				`"urn:example:2.0:Keys":{"`+name+`":[{"value":"`+one+`"},{"value":"`+two+`"}]}}`), 20)
			if err != nil {
				t.Fatal(err)
			}
			if got := types[0].Ready(raw, schema.Mode{}); got != want[i] {
				t.Errorf("%s of %s: ready is %v", values, name, got)
			}
		}
	}
}
