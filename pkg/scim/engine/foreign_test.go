package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const secretive = `[{"name":"a","returned":"never"},{"name":"b"},
	{"name":"c","type":"complex","subAttributes":[{"name":"x","returned":"never"},{"name":"y"}]},
	{"name":"m","type":"complex","multiValued":true,"subAttributes":[{"name":"value"},{"name":"y","mutability":"writeOnly"}]}]`

// typesWith are users with an extension, and devices, with the same attributes; without any, users have none.
func typesWith(t *testing.T, attributes string) *scim.Types {
	t.Helper()
	docs := fmt.Sprintf(`[{"id":"urn:x:Device","attributes":%s},{"name":"Device","endpoint":"/Devices","schema":"urn:x:Device"}]`, attributes)
	if strings.Contains(attributes, "[{") {
		docs = strings.TrimSuffix(docs, "]") + fmt.Sprintf(`,{"id":%q,"attributes":%s},
			{"name":"User","endpoint":"/Users","schema":%q,"schemaExtensions":[{"schema":%[1]q}]}]`, urnBadge, attributes, schema.URNUser)
	}
	list, err := schema.Load(schema.File{Name: "types.json", Data: []byte(docs)})
	if err != nil {
		t.Fatal(err)
	}
	return &scim.Types{List: list}
}

// TestForeignIsNotShown: what a stored document has and the schemas do not have any more is not shown, whatever is asked for: the
// definition that said that it is a secret is gone.
func TestForeignIsNotShown(t *testing.T) {
	t.Parallel()
	values := `"a":"AAA","b":"BBB","c":{"x":"XXX","y":"yyy"},"m":[{"value":"1","y":"MMM"}]`
	for name, attributes := range map[string]string{
		"removed":       `[{"name":"b"},{"name":"c","type":"complex","subAttributes":[{"name":"y"}]},{"name":"m","type":"complex","multiValued":true,"subAttributes":[{"name":"value"}]}]`,
		"others hidden": `[{"name":"b","returned":"never"},{"name":"c","type":"complex","subAttributes":[{"name":"y"}]}]`,
		"all removed":   `[]`,
		"hidden since":  `[{"name":"a","returned":"never"},{"name":"b"},{"name":"c","type":"complex","subAttributes":[{"name":"y"}]}]`,
		"other types":   `[{"name":"a","type":"complex","subAttributes":[{"name":"q"}]},{"name":"b"},{"name":"c"},{"name":"m","multiValued":true}]`,
	} {
		was := secretive
		if name == "hidden since" { // nothing was hidden before, and nothing is inside complex values now
			was = `[{"name":"a"},{"name":"b"},{"name":"c","type":"complex","subAttributes":[{"name":"y"}]}]`
		}
		for what, change := range map[string]string{"read": "", "patched": `[{"op":"replace","path":"externalId","value":"e"}]`} {
			w := begin(t, scim.TenantConfig{Types: typesWith(t, was)})
			ids := map[string]string{
				"User":   w.create("User", `{"userName":"u",%q:{%s}}`, urnBadge, values).ID,
				"Device": w.create("Device", `{%s}`, values).ID,
			}
			later, err := scim.NewTenant(scim.TenantConfig{ID: w.tenant.ID, Types: typesWith(t, attributes)})
			if err != nil {
				t.Fatal(err)
			}
			w.tenant = later
			for typ, id := range ids {
				if change != "" {
					if _, err := w.patch(typ, id, change); err != nil {
						t.Fatal(err)
					}
				}
				for _, p := range []scim.Projection{{}, {Excluded: []string{"b"}}, {Attributes: []string{"a", "c", "m", "c.x", urnBadge, urnBadge + ":c", urnBadge + ":m.y"}}} {
					get, err := w.Get(t.Context(), w.at(typ, id), p)
					if err != nil {
						t.Fatal(err)
					}
					list, err := w.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{w.at(typ, "").Type}, Projection: p})
					if err != nil {
						t.Fatal(err)
					}
					for _, body := range append(list.Resources, get.Body) {
						if s := string(body); strings.Contains(s, "AAA") || strings.Contains(s, "XXX") || strings.Contains(s, "MMM") || !strings.Contains(s, id) {
							t.Errorf("%s, %s, %+v: %s", name, what, p, s)
						}
					}
				}
			}
		}
	}
}
