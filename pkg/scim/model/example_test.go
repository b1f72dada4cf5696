package model_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
)

// A stored user becomes a struct. What is not valid is kept, and is no error.
func Example() {
	user, err := model.Decode[model.User](&scim.Resource{Type: "User", ID: "7", Document: []byte(`{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com",
		"emails":[{"value":"ann@example.com","type":"work","primary":true}],
		"phoneNumbers":[{"value":"n/a","type":"work"}],"favouriteColour":"red"}`)})
	if err != nil {
		log.Fatal(err)
	}
	email, _ := user.Emails.Primary()
	fmt.Println(user.ID, user.UserName, email.Value.Domain(), user.IsActive())
	fmt.Println(user.Valid())
	// Output:
	// 7 ann@example.com example.com true
	// phoneNumbers[0].value is not a valid phone number: it is neither a tel URI (RFC 3966) nor + and digits with country code (E.164), such as +49 30 901820
}

func ExampleParsePhoneNumber() {
	phone, err := model.ParsePhoneNumber("tel:+1-201-555-0123;ext=5")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(phone.E164(), phone.Extension(), phone.Country())
	_, err = model.ParsePhoneNumber("555-0123")
	var invalid *model.InvalidError
	fmt.Println(errors.As(err, &invalid), invalid.Kind)
	us, err := model.ParseCountry("US")
	if err != nil {
		log.Fatal(err)
	}
	phone, err = model.ParsePhoneNumberIn("(201) 555-0123", us)
	fmt.Println(phone, err)
	// Output:
	// +12015550123 5 US
	// true phone number
	// +12015550123 <nil>
}

func ExampleParseEmail() {
	email, err := model.ParseEmail("Ann@EXAMPLE.com")
	fmt.Println(email, email.Canonical(), err)
	_, err = model.ParseEmail("not-an-email")
	fmt.Println(err)
	// Output:
	// Ann@EXAMPLE.com Ann@example.com <nil>
	// the value is not a valid email address: it has no @
}

// Encode writes what was changed, and all other bytes as they were.
func ExampleEncode() {
	user, err := model.Decode[model.User](&scim.Resource{Type: "User", Document: []byte(
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","nickName":"","shoe":44}`)})
	if err != nil {
		log.Fatal(err)
	}
	user.Title = "Engineer"
	resource, err := model.Encode(user)
	fmt.Println(string(resource.Document), err)
	// Output: {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","nickName":"","title":"Engineer","shoe":44} <nil>
}

// Pass is an extension of an application.
type Pass struct {
	Number string   `json:"number"`
	Doors  []string `json:"doors"`
}

// SchemaURN makes Pass an extension.
func (Pass) SchemaURN() string { return "urn:example:params:scim:schemas:Pass" }

func ExampleExtension() {
	user, err := model.Decode[model.User](&scim.Resource{Type: "User", Document: []byte(`{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:params:scim:schemas:Pass"],"userName":"ann",
		"urn:example:params:scim:schemas:Pass":{"number":"B-17","doors":["north"]}}`)})
	if err != nil {
		log.Fatal(err)
	}
	pass, err := model.Extension[Pass](user)
	fmt.Println(pass.Number, pass.Doors, err)
	pass.Doors = append(pass.Doors, "south")
	fmt.Println(model.SetExtension(&user, pass))
	pass, err = model.Extension[Pass](user)
	fmt.Println(pass.Doors, err)
	// Output:
	// B-17 [north] <nil>
	// <nil>
	// [north south] <nil>
}

// A body for a Provider.
func ExampleBody() {
	name, err := model.ParseUserName("ann@example.com")
	if err != nil {
		log.Fatal(err)
	}
	email, err := model.ParseEmail("ann@example.com")
	if err != nil {
		log.Fatal(err)
	}
	active := true
	body, err := model.Body(model.User{
		UserName: name, Name: model.Name{GivenName: "Ann", FamilyName: "Lee"}, Active: &active,
		Emails: model.One(email, model.Work), Enterprise: model.EnterpriseUser{Department: "R&D"},
	})
	fmt.Println(body["userName"], body["schemas"], err)
	// Output: ann@example.com [urn:ietf:params:scim:schemas:core:2.0:User urn:ietf:params:scim:schemas:extension:enterprise:2.0:User] <nil>
}

// At most one element is primary.
func ExampleMultiValued() {
	roles := model.One("reader", model.Work)
	roles.Add(model.Entry[string]{Value: "editor", Primary: true})
	for role := range roles.All() {
		fmt.Println(role.Value, role.Primary)
	}
	_, err := model.Values(model.Entry[string]{Value: "a", Primary: true}, model.Entry[string]{Value: "b", Primary: true})
	fmt.Println(err)
	// Output:
	// reader false
	// editor true
	// the value is not a valid list: it has more than one primary element
}
