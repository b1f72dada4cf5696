package schema_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestFaultOfExtension: a fault of an attribute of an extension has its URN, as in a PATCH, however the body names it; one of
// a core attribute has none.
func TestFaultOfExtension(t *testing.T) {
	t.Parallel()
	const urn = schema.URNEnterpriseUser
	for in, want := range map[string]string{
		`"` + urn + `":{"department":{"a":1}}`:                  urn + ":department",
		`"` + urn + `":{"department":["a","b"]}`:                urn + ":department",
		`"` + urn + `":{"manager":[{"value":"a"},{}]}`:          urn + ":manager",
		`"` + urn + `":{"manager":{"value":{}}}`:                urn + ":manager.value",
		`"` + urn + `":{"manager":{"value":"m","$ref":"a b"}}`:  urn + ":manager.$ref",
		`"` + urn + `":{"manager":{"value":"m","boss":true}}`:   urn + ":manager.boss",
		`"` + urn + `":{"manager.value":{}}`:                    urn + ":manager.value",
		`"` + urn + `:department":{}`:                           urn + ":department",
		`"` + urn + `:manager":{"value":{}}`:                    urn + ":manager.value",
		`"title":{}`:                                            "title",
		`"name":{"givenName":{}}`:                               "name.givenName",
		`"` + schema.URNUser + `":{"emails":[{"value":["a"]}]}`: "emails.value",
	} {
		var raw map[string]any
		if err := json.Unmarshal([]byte(`{"schemas":["`+schema.URNUser+`","`+urn+`"],"userName":"u",`+in+`}`), &raw); err != nil {
			t.Fatal(err)
		}
		_, _, err := schema.UserType().Canonical(raw, schema.Mode{Strict: true})
		var f *schema.Fault
		if !errors.As(err, &f) || f.Attribute != want || !strings.HasPrefix(f.Detail, strings.TrimSuffix(want, ".boss")+" ") {
			t.Errorf("%s: %+v, want %s", in, f, want)
		}
	}
}
