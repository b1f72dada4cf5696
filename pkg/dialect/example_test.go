package dialect_test

import (
	"fmt"
	"log"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Microsoft Entra ID capitalises op, and packs an app role as JSON into a string. The pipeline
// rewrites both. The boolean as a string is a tolerance of the core and arrives there unchanged.
func ExamplePipeline_Normalise() {
	body, err := schema.DecodeJSON([]byte(`{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [
			{"op": "Replace", "path": "active", "value": "False"},
			{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"18d1\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}"}]}
		]}`), 10)
	if err != nil {
		log.Fatal(err)
	}

	notes := dialect.Standard().Normalise(&scim.Tenant{}, schema.UserType(), true, body)

	for _, note := range notes {
		fmt.Println(note)
	}
	for _, op := range body["Operations"].([]any) {
		fmt.Println(string(schema.AppendValue(nil, op)))
	}
	// Output:
	// op "Replace" was read as replace
	// op "Add" was read as add
	// roles: JSON in a string was read as an object
	// {"op":"replace","path":"active","value":"False"}
	// {"op":"add","path":"roles","value":[{"display":"Administrator","value":"Admin"}]}
}

// A profile says how to set up a provider and how its requests are recognised.
func ExampleByName() {
	okta, ok := dialect.ByName("okta")
	if !ok {
		log.Fatal("no profile")
	}
	fmt.Println(okta.Title)
	fmt.Println("Recognised by", okta.Signs)
	// Output:
	// Okta
	// Recognised by `User-Agent: Okta SCIM Client …` or `OKTA SCIM Integration`
}
