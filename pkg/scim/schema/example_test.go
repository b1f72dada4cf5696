package schema_test

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// A schema and a resource type of one's own: badges, which a client provisions at /Badges.
func Example() {
	badge := schema.NewSchema("urn:example:params:scim:schemas:Badge", "Badge", "An access badge.",
		&schema.Attribute{Name: "number", Type: schema.String, Required: true, CaseExact: true, Uniqueness: schema.Server},
		&schema.Attribute{Name: "active", Type: schema.Boolean},
		&schema.Attribute{Name: "issuedAt", Type: schema.DateTime},
		&schema.Attribute{Name: "doors", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value", Type: schema.String}, {Name: "display", Type: schema.String},
		}},
	)
	badges := &schema.ResourceType{Name: "Badge", Endpoint: "/Badges", Schema: badge}

	// A body in the spelling of some client becomes a canonical document.
	body, err := schema.DecodeJSON([]byte(`{
		"schemas": ["urn:example:params:scim:schemas:Badge"],
		"NUMBER": "B-17", "active": "True", "issuedAt": "2026-01-31T10:00:00+01:00",
		"doors": [{"Value": "north"}], "colour": "red"}`), 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	doc, notes, err := badges.Canonical(body, schema.Mode{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(badges.AppendDocument(nil, doc)))
	for _, note := range notes {
		fmt.Println("note:", note)
	}
	delete(doc, "number")
	fmt.Println(badges.CheckRequired(doc))

	// Output:
	// {"schemas":["urn:example:params:scim:schemas:Badge"],"number":"B-17","active":true,"issuedAt":"2026-01-31T09:00:00.000Z","doors":[{"value":"north"}]}
	// note: active "True" was read as true
	// note: unknown attribute "colour" was ignored
	// number is required
}
