package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/openapi"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const base = "https://app.example.com/scim/v2/acme"

// all is what the standard Provider can do.
func all(t *testing.T) scim.Abilities {
	t.Helper()
	return engine.New(memory.New(), engine.Options{}).Abilities(nil)
}

func tenantWith(t *testing.T, strict bool, types ...*schema.ResourceType) *scim.Tenant {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	c := scim.TenantConfig{ID: id, Strict: strict}
	if len(types) > 0 {
		c.Types = &scim.Types{List: types}
	}
	out, err := scim.NewTenant(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// own are resource types with every kind of attribute, and names that the document has for something else.
func own(t *testing.T) []*schema.ResourceType {
	t.Helper()
	types, err := schema.LoadDir(os.DirFS("../../testdata/cases/schemas"), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Error", "UserInput", "Resource", "Me", "Schema"} {
		s := schema.NewSchema("urn:example:"+name, "User", "", &schema.Attribute{Name: "label", Required: true})
		types = append(types, &schema.ResourceType{Name: name, Endpoint: "/Own" + name, Schema: s})
	}
	return types
}

// valid returns a validator of a document, which it has checked against the specification of OpenAPI.
func valid(t *testing.T, document []byte) validator.Validator {
	t.Helper()
	doc, err := libopenapi.NewDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithStrictMode(), config.WithStrictIgnorePaths("$.body.Operations[*].data.**"),
		config.WithStrictIgnoredHeadersExtra("X-Content-Type-Options", "Cache-Control"))
	for _, err := range errs {
		t.Fatal(err)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		for _, err := range errs {
			t.Error(err)
		}
	}
	return v
}

// TestDocument: docs/reference/scim-openapi.json is the document of a tenant without own schemas.
func TestDocument(t *testing.T) {
	t.Parallel()
	const golden = "../../docs/reference/scim-openapi.json"
	got, err := openapi.Document(tenantWith(t, false), openapi.Options{Abilities: all(t)})
	if err != nil {
		t.Fatal(err)
	}
	valid(t, got)
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: the document differs from %s; go test ./pkg/openapi -run TestDocument -update writes it", err, golden)
	}
}

// TestOwnTypes: a document is valid whatever the names of types are, each operation has an id of its own, and each
// reference a target.
func TestOwnTypes(t *testing.T) {
	t.Parallel()
	for name, can := range map[string]scim.Abilities{"all": all(t), "least": {}} {
		got, err := openapi.Document(tenantWith(t, true, own(t)...), openapi.Options{Abilities: can, Base: base})
		if err != nil {
			t.Fatal(err)
		}
		valid(t, got)
		var doc any
		if err := json.Unmarshal(got, &doc); err != nil {
			t.Fatal(err)
		}
		ids, refs := strings.Count(string(got), `"operationId": `), 0
		seen := map[string]bool{}
		walk(doc, func(m map[string]any) {
			if id, ok := m["operationId"].(string); ok {
				if seen[id] {
					t.Errorf("%s: the operation %s is there twice", name, id)
				}
				seen[id] = true
			}
			if to, ok := m["$ref"].(string); ok {
				refs++
				if !resolves(doc, to) {
					t.Errorf("%s: %s has no target", name, to)
				}
			}
		})
		if ids < 40 || len(seen) != ids || refs < 200 {
			t.Errorf("%s: %d operations, %d ids, %d references", name, ids, len(seen), refs)
		}
		for part, wanted := range map[string]bool{`"/Bulk"`: can.Bulk, `"nextCursor"`: can.Cursor, `"sortBy"`: can.Sort, `"If-Match"`: can.ETag, `"basic"`: false} {
			if has := strings.Contains(string(got), part); has != wanted {
				t.Errorf("%s: the document has %s: %t", name, part, has)
			}
		}
	}
}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, m := range v {
			walk(m, visit)
		}
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	}
}

func resolves(doc any, to string) bool {
	for _, part := range strings.Split(strings.TrimPrefix(to, "#/"), "/") {
		m, _ := doc.(map[string]any)
		if doc = m[part]; doc == nil {
			return false
		}
	}
	return true
}
