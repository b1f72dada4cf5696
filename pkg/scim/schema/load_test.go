package schema_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const badge = `{"id":"urn:example:Badge","name":"Badge","attributes":[{"name":"number"}]}`

func TestLoadDir(t *testing.T) {
	t.Parallel()
	fs := fstest.MapFS{
		"a.json": {Data: []byte(`{"Resources":[` + badge + `]}`)},
		"b.json": {Data: []byte(`[{"name":"Badge","endpoint":"/Badges","schema":"urn:example:Badge"},` +
			`{"name":"User","endpoint":"/Users","schema":"` + schema.URNUser + `","schemaExtensions":[{"schema":"urn:EXAMPLE:Badge","required":true}]}]`)},
		"readme.txt": {Data: []byte("no json")},
	}
	types, err := schema.LoadDir(fs, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(types) != 3 || types[0].Name != "User" || len(types[0].Extensions) != 1 || !types[0].Extensions[0].Required || types[2].Endpoint != "/Badges" {
		t.Fatalf("%+v", types)
	}
	if len(schema.UserType().Extensions) != 1 || schema.UserType().Extensions[0].Schema != schema.EnterpriseUser() {
		t.Error("the built-in type was changed")
	}
}

// TestLoadFaults: a malformed file is refused, and the error names the position.
func TestLoadFaults(t *testing.T) {
	t.Parallel()
	attrs := func(s string) string { return `{"id":"urn:x:y","attributes":[` + s + `]}` }
	for name, c := range map[string]struct{ file, want string }{
		"not JSON":                       {`{`, "x.json"},
		"A-02 keys twice":                {`{"id":"a","ID":"b"}`, `duplicate attribute "ID"`},
		"neither":                        {`{"id":"urn:x:y"}`, "x.json: neither a Schema"},
		"no URN":                         {`{"id":"badge","attributes":[]}`, `x.json: id: "badge" is not a URN`},
		"D-10 message URN":               {`{"id":"urn:ietf:params:scim:api:messages:2.0:Foo","attributes":[]}`, "is reserved for protocol messages"},
		"known URN":                      {`{"id":"` + schema.URNUser + `","attributes":[]}`, "exists already"},
		"bad type":                       {attrs(`{"name":"a"},{"name":"b","type":"strin"}`), "x.json: attributes[1].type: must be one of string, boolean"},
		"bad flag":                       {attrs(`{"name":"a","required":"yes"}`), "attributes[0].required: must be true or false"},
		"no name":                        {attrs(`{"type":"string"}`), "attributes[0].name: must be a string"},
		"odd name":                       {attrs(`{"name":"1a"}`), `"1a" is not an attribute name`},
		"common name":                    {attrs(`{"name":"Meta"}`), "common attribute"},
		"name twice":                     {attrs(`{"name":"a"},{"name":"A"}`), `attributes[1].name: "A" is defined twice`},
		"A-14 complex inside complex":    {attrs(`{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex","subAttributes":[{"name":"c"}]}]}`), "attributes[0].subAttributes[0].type: a complex attribute cannot hold another one"},
		"complex without parts":          {attrs(`{"name":"a","type":"complex"}`), "needs sub-attributes"},
		"parts without complex":          {attrs(`{"name":"a","subAttributes":[{"name":"b"}]}`), "only a complex attribute"},
		"writeOnly and returned":         {attrs(`{"name":"a","mutability":"writeOnly","returned":"always"}`), "never returned"},
		"canonical values":               {attrs(`{"name":"a","canonicalValues":[1]}`), "must be a list of strings"},
		"attributes no list":             {`{"id":"urn:x:y","attributes":{}}`, "attributes: must be a list"},
		"attribute no object":            {attrs(`5`), "attributes[0]: must be an object"},
		"type without schema":            {`{"name":"T","endpoint":"/T","schema":"urn:none"}`, `schema: no schema "urn:none" is loaded`},
		"D-06 endpoint twice":            {`[` + badge + `,{"name":"T","endpoint":"/Users","schema":"urn:example:Badge"}]`, `the endpoint "/Users" belongs to User`},
		"name of a type twice":           {`[` + badge + `,{"name":"Group","endpoint":"/G","schema":"urn:example:Badge"}]`, `the resource type "Group" exists already`},
		"reserved endpoint":              {`[` + badge + `,{"name":"T","endpoint":"/Bulk","schema":"urn:example:Badge"}]`, "cannot be an endpoint"},
		"extension twice":                {`[` + badge + `,{"name":"T","endpoint":"/T","schema":"` + schema.URNEnterpriseUser + `","schemaExtensions":[{"schema":"urn:example:Badge"},{"schema":"urn:example:Badge"}]}]`, "is used twice"},
		"unknown extension":              {`[` + badge + `,{"name":"T","endpoint":"/T","schema":"urn:example:Badge","schemaExtensions":[{"schema":"urn:q:r"}]}]`, "schemaExtensions[0].schema: no schema"},
		"extension no object":            {`[` + badge + `,{"name":"T","endpoint":"/T","schema":"urn:example:Badge","schemaExtensions":["x"]}]`, "schemaExtensions[0]: must be an object"},
		"list in a list names its place": {`[` + badge + `,5]`, "x.json:[1]"},
		"odd name of a type":             {`[` + badge + `,{"name":"a b","endpoint":"/T","schema":"urn:example:Badge"}]`, "is not a name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.LoadDir(fstest.MapFS{"x.json": {Data: []byte(c.file)}}, ".")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
