package schema_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestCheckTypes: types that a program makes keep the rules of those that are loaded, and a tenant with others cannot be made.
func TestCheckTypes(t *testing.T) {
	t.Parallel()
	device := func(change func(*schema.ResourceType), attrs ...*schema.Attribute) *schema.ResourceType {
		rt := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: schema.NewSchema("urn:x:Device", "Device", "", attrs...)}
		if change != nil {
			change(rt)
		}
		return rt
	}
	serial, part := &schema.Attribute{Name: "serial"}, &schema.Attribute{Name: "part", Type: schema.Complex, SubAttributes: []*schema.Attribute{{Name: "id"}}}
	extended := func(s *schema.Schema) func(*schema.ResourceType) {
		return func(rt *schema.ResourceType) { rt.Extensions = []schema.Extension{{Schema: s}} }
	}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	for want, list := range map[string][]*schema.ResourceType{
		"":                                {device(extended(schema.EnterpriseUser()), serial, part), schema.UserType().Without("password")},
		"is nil":                          {nil},
		"its Schema, is nil":              {{Name: "Device", Endpoint: "/Devices"}},
		"an extension is nil":             {device(extended(nil))},
		`"a b" is not a name`:             {device(func(rt *schema.ResourceType) { rt.Name = "a b" })},
		`"/Bulk" cannot be an endpoint`:   {device(func(rt *schema.ResourceType) { rt.Endpoint = "/Bulk" })},
		`"Devices" cannot be an endpoint`: {device(func(rt *schema.ResourceType) { rt.Endpoint = "Devices" })},
		"name or endpoint: Device":        {device(nil), device(func(rt *schema.ResourceType) { rt.Name = "Other" })},
		"name or endpoint: User":          {device(func(rt *schema.ResourceType) { rt.Name = "user" })},
		"used twice":                      {device(extended(schema.NewSchema("urn:X:Device", "", "")))},
		"is not a URN":                    {device(extended(schema.NewSchema("badge", "", "")))},
		"attribute schemas: name":         {device(nil, &schema.Attribute{Name: "schemas"})},
		"Badge: attribute meta: name":     {device(extended(schema.NewSchema("urn:x:Badge", "", "", &schema.Attribute{Name: "meta"})))},
		`"Serial" is defined twice`:       {device(nil, serial, &schema.Attribute{Name: "Serial"})},
		"attribute a.b: type":             {device(nil, &schema.Attribute{Name: "a", Type: schema.Complex, SubAttributes: []*schema.Attribute{{Name: "b", Type: schema.Complex, SubAttributes: []*schema.Attribute{{Name: "c"}}}}})},
		"needs sub-attributes":            {device(nil, &schema.Attribute{Name: "a", Type: schema.Complex})},
		"cannot be unique":                {device(nil, &schema.Attribute{Name: "a", Type: schema.Boolean, Uniqueness: schema.Server})},
	} {
		list = append([]*schema.ResourceType{schema.GroupType()}, list...)
		if strings.HasSuffix(want, "User") {
			list = append([]*schema.ResourceType{schema.UserType()}, list...)
		}
		_, err := scim.NewTenant(scim.TenantConfig{ID: id, Types: &scim.Types{List: list}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestWriteOnlyIsNeverReturned: so it is for an attribute that a program makes, and for parts of one.
func TestWriteOnlyIsNeverReturned(t *testing.T) {
	t.Parallel()
	pin := func() *schema.Attribute { return &schema.Attribute{Name: "pin", Mutability: schema.WriteOnly} }
	s := schema.NewSchema("urn:x:Device", "Device", "", pin(), &schema.Attribute{Name: "c", Type: schema.Complex, SubAttributes: []*schema.Attribute{pin()}})
	if s.Attribute("pin").Returned != schema.Never || s.Attribute("c").Sub("pin").Returned != schema.Never {
		t.Error("a writeOnly attribute is returned")
	}
}
