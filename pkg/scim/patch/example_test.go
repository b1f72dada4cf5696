package patch_test

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func Example() {
	body, err := schema.DecodeJSON([]byte(`{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [
			{"op": "replace", "path": "active", "value": false},
			{"op": "add", "path": "emails[type eq \"work\"].value", "value": "ann@example.com"}
		]}`), 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := patch.Parse(schema.UserType(), body, patch.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	user := map[string]any{"schemas": []any{schema.URNUser}, "userName": "ann", "active": true}
	res, err := req.Apply(user)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(schema.UserType().AppendDocument(nil, res.Doc)))
	fmt.Println("changed:", res.Changed)
	fmt.Println("before:", user["active"])

	// Output:
	// {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","active":false,"emails":[{"value":"ann@example.com","type":"work"}]}
	// changed: true
	// before: true
}
