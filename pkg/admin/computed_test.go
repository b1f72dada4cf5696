package admin_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
)

// TestUnkept: what would be accepted and not kept, or be taken for facts of memberships, is refused when it is defined.
func TestUnkept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("acme", `{}`)
	input := func(name, attribute string) admin.SchemaInput {
		return admin.SchemaInput{Documents: []json.RawMessage{json.RawMessage(fmt.Sprintf(
			`[{"id":"urn:x:Team","attributes":[{"name":"displayName"},%s]},{"name":%q,"endpoint":"/Teams","schema":"urn:x:Team"}]`, attribute, name))}}
	}
	const list = `"type":"complex","multiValued":true,"subAttributes":[{"name":"value"}`
	for attribute, want := range map[string]string{
		`{"name":"members",` + list + `,{"name":"type"}]}`:                       "",
		`{"name":"groups","mutability":"readOnly",` + list + `]}`:                "",
		`{"name":"seats","type":"integer"}`:                                      "",
		`{"name":"members","type":"integer"}`:                                    "list of objects",
		`{"name":"members","multiValued":true}`:                                  "list of objects",
		`{"name":"members","type":"complex","subAttributes":[{"name":"value"}]}`: "list of objects",
		`{"name":"Members",` + list + `]}`:                                       "spelt Members",
		`{"name":"members",` + list + `,{"name":"role"}]}`:                       "sub-attribute role",
		`{"name":"groups","multiValued":true}`:                                   "list of objects",
		`{"name":"groups",` + list + `]}`:                                        "not readOnly",
	} {
		in := input("Team", attribute)
		in.DryRun = true
		_, err := w.PutSchemas(t.Context(), "acme", in)
		_, lint := admin.Load(in.Documents)
		for _, err := range []error{err, lint} {
			if want != "" {
				refused(t, err, admin.Invalid, want)
			} else if err != nil {
				t.Errorf("%s: %v", attribute, err)
			}
		}
	}
	_, err := w.PutSchemas(t.Context(), "acme", input("membership", `{"name":"since"}`))
	refused(t, err, admin.Invalid, "another name")
}
