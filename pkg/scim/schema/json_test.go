package schema_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func TestParseJSONFaults(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "{", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":1 "b"}`, "[", "[1", "[1 2]", "[1,]", `"a`, `"\q"`, `"\u12"`, `"\u12G4"`, "\"\x01\"", "\"\\n\x01\"",
		"01", "1.", "-", "1e", "tru", "nul", "{} {}", "\xff", `"\`, `{"a":1}x`,
	} {
		if v, err := schema.ParseJSON([]byte(in), 5); err == nil {
			t.Errorf("%q parses as %v", in, v)
		}
	}
	if _, err := schema.DecodeJSON([]byte("[1]"), 5); err == nil {
		t.Error("a list is an object")
	}
	if _, err := schema.ParseJSON([]byte("[[[[[[1]]]]]]"), 5); err == nil {
		t.Error("too deep")
	}
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf(`"key%d":1`, i))
	}
	if _, err := schema.DecodeJSON([]byte("{"+strings.Join(many, ",")+"}"), 5); err != nil {
		t.Error(err)
	}
	if _, err := schema.DecodeJSON([]byte("{"+strings.Join(many, ",")+`,"KEY3":2}`), 5); err == nil {
		t.Error("folded duplicates in a large object")
	}
}

// FuzzJSON: encoding/json reads the same value from whatever ParseJSON accepts, and the value
// can be written and read again.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\n",null,true],"b":{}}`, `"\ud800"`, `[]`, `0`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := schema.ParseJSON([]byte(s), 50)
		if err != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if !reflect.DeepEqual(v, want) {
			t.Fatalf("%q: %#v, want %#v", s, v, want)
		}
		again, err := schema.ParseJSON(schema.AppendValue(nil, v), 50)
		if err != nil || !schema.Equal(again, v) {
			t.Fatalf("%q does not survive: %v", s, err)
		}
	})
}

// FuzzCanonical: no body panics, and a canonical document is canonical again.
func FuzzCanonical(f *testing.F) {
	f.Add(`{"userName":"a","emails":{"value":"x"},"manager":"m","NAME":{"GivenName":5}}`, false)
	f.Add(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","roles":["{\"value\":\"x\"}"]}`, true)
	f.Fuzz(func(t *testing.T, s string, strict bool) {
		raw, err := schema.DecodeJSON([]byte(s), 20)
		if err != nil {
			return
		}
		ut, mode := schema.UserType(), schema.Mode{Strict: strict}
		doc, notes, err := ut.Canonical(raw, mode)
		if ut.Ready(raw, mode) && (err != nil || len(notes) > 0 || !schema.Equal(doc, raw)) {
			t.Fatalf("%s is ready, but becomes %v, %v, %v", s, doc, notes, err)
		}
		if err != nil {
			if _, ok := err.(*schema.Fault); !ok {
				t.Fatal(err)
			}
			return
		}
		out := ut.AppendDocument(nil, doc)
		back, err := schema.DecodeJSON(out, 50)
		if err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		again, _, err := ut.Canonical(back, mode)
		if err != nil || !schema.Equal(again, doc) {
			t.Fatalf("%s is not canonical: %v, %v", out, again, err)
		}
	})
}

// TestDecodeStored: what AppendDocument has made is read as DecodeJSON reads it, and keys are not compared.
func TestDecodeStored(t *testing.T) {
	stored := schema.UserType().AppendDocument(nil, map[string]any{
		"userName": "ada", "name": map[string]any{"givenName": "Ada"}, "active": true,
		"emails": []any{map[string]any{"value": "ada@example.com", "primary": true}},
	})
	want, err := schema.DecodeJSON(stored, 8)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := schema.DecodeStored(stored, 8); err != nil || !schema.Equal(got, want) {
		t.Errorf("DecodeStored: %v, %v; DecodeJSON: %v", got, err, want)
	}
	twice := []byte(`{"title":"a","Title":"b"}`)
	if _, err := schema.DecodeJSON(twice, 8); err == nil {
		t.Error("DecodeJSON takes one name twice")
	}
	if _, err := schema.DecodeStored(twice, 8); err != nil {
		t.Errorf("DecodeStored compares keys: %v", err)
	}
	for _, broken := range []string{`{"title":`, "{\"title\":\"\xff\"}", `{"a":{"b":{}}}`, `[]`} {
		if _, err := schema.DecodeStored([]byte(broken), 2); err == nil {
			t.Errorf("DecodeStored takes %q", broken)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	const ent = schema.URNEnterpriseUser
	for name, c := range map[string]struct{ in, want, notes string }{
		"flat URN key":              {`{"userName":"a","` + ent + `:department":"D"}`, `{"userName":"a","` + ent + `":{"department":"D"}}`, ""},
		"dotted key":                {`{"userName":"a","name.givenName":"A"}`, `{"userName":"a","name":{"givenName":"A"}}`, ""},
		"dotted key of a list":      {`{"userName":"a","emails.value":"A"}`, `{"userName":"a"}`, "which element"},
		"bare extension name":       {`{"userName":"a","manager":"m","department":"D"}`, `{"userName":"a","` + ent + `":{"department":"D","manager":{"value":"m"}}}`, "without its schema"},
		"base URN container":        {`{"` + schema.URNUser + `":{"userName":"a"}}`, `{"userName":"a"}`, ""},
		"one object for a list":     {`{"userName":"a","emails":{"value":"x"}}`, `{"userName":"a","emails":[{"value":"x"}]}`, "list of one"},
		"strings for elements":      {`{"userName":"a","emails":["x","y"]}`, `{"userName":"a","emails":[{"value":"x"},{"value":"y"}]}`, "a string was read"},
		"string for a list":         {`{"userName":"a","emails":"x"}`, `{"userName":"a","emails":[{"value":"x"}]}`, "list of one"},
		"empty elements":            {`{"userName":"a","emails":[{},{"value":""},{"value":null,"type":"work"}]}`, `{"userName":"a"}`, "without a value"},
		"unknown names":             {`{"userName":"a","foo":1,"name":{"bar":1},"` + ent + `":{"baz":1}}`, `{"userName":"a"}`, "unknown"},
		"unknown schema":            {`{"schemas":["urn:x"],"userName":"a"}`, `{"userName":"a"}`, "unknown schema"},
		"schemas as a string":       {`{"schemas":"` + schema.URNUser + `","userName":"a"}`, `{"userName":"a"}`, "list of one"},
		"null extension":            {`{"userName":"a","` + ent + `":null}`, `{"userName":"a"}`, ""},
		"dotted name in extension":  {`{"userName":"a","` + ent + `":{"manager.value":"m"}}`, `{"userName":"a","` + ent + `":{"manager":{"value":"m"}}}`, ""},
		"list for a single complex": {`{"userName":"a","` + ent + `":{"manager":[{"value":"m"}]}}`, `{"userName":"a","` + ent + `":{"manager":{"value":"m"}}}`, "list of one"},
		"empty list for it":         {`{"userName":"a","name":[]}`, `{"userName":"a"}`, ""},
		"manager without value":     {`{"userName":"a","manager":{"value":""}}`, `{"userName":"a"}`, "empty string"},
		"empty manager string":      {`{"userName":"a","manager":""}`, `{"userName":"a"}`, "without its schema"},
		"empty list as a string":    {`{"userName":"a","emails":""}`, `{"userName":"a"}`, ""},
		"empty object as a list":    {`{"userName":"a","emails":{}}`, `{"userName":"a"}`, ""},
		"two primaries":             {`{"userName":"a","emails":[{"value":"x","primary":true},{"value":"y","primary":true}]}`, `{"userName":"a","emails":[{"value":"x","primary":false},{"value":"y","primary":true}]}`, "more than one primary"},
		"unicode":                   {`{"userName":"Ünï","displayName":"\u0000\u001f\"\\"}`, `{"userName":"Ünï","displayName":"\u0000\u001f\"\\"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := schema.DecodeJSON([]byte(c.in), 20)
			if err != nil {
				t.Fatal(err)
			}
			if raw["schemas"] == nil {
				raw["schemas"] = []any{schema.URNUser}
			}
			doc, notes, err := schema.UserType().Canonical(raw, schema.Mode{})
			if err != nil {
				t.Fatal(err)
			}
			delete(doc, "schemas")
			want, _ := schema.DecodeJSON([]byte(c.want), 20)
			if !schema.Equal(doc, want) {
				t.Errorf("got %s", schema.AppendValue(nil, doc))
			}
			if all := strings.Join(notes, ";"); (all == "") != (c.notes == "") || !strings.Contains(all, c.notes) {
				t.Errorf("notes %q", all)
			}
		})
	}
}

func TestStrict(t *testing.T) {
	t.Parallel()
	head := `{"schemas":["` + schema.URNUser + `","` + schema.URNEnterpriseUser + `"],"userName":"a",`
	for _, in := range []string{
		`"manager":"m"}`, `"emails":"x"}`, `"emails":["x"]}`, `"name":[]}`, `"name":{"x":1}}`, `"` + schema.URNEnterpriseUser + `":{"x":1}}`, `"profileUrl":""}`,
		`"emails":[{"value":"not an address"}]}`, `"phoneNumbers":[{"value":"call me"}]}`, `"timezone":"no zone"}`, `"x509Certificates":[{"value":"TUlJQg=="}]}`, `"` + schema.URNUser + `":5}`,
		`"` + schema.URNEnterpriseUser + `":5}`, `"active":"true"}`,
	} {
		raw, err := schema.DecodeJSON([]byte(head+in), 20)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if doc, _, err := schema.UserType().Canonical(raw, schema.Mode{Strict: true}); err == nil {
			t.Errorf("%s is accepted: %v", in, doc)
		}
	}
	raw, _ := schema.DecodeJSON([]byte(head+`"locale":"de-DE","timezone":"Europe/Berlin","phoneNumbers":[{"value":"+1 (555) 1"}],"title":""}`), 20)
	if doc, _, err := schema.UserType().Canonical(raw, schema.Mode{Strict: true}); err != nil || doc["title"] != "" {
		t.Errorf("%v %v", doc, err)
	}
	for _, in := range []string{`{"schemas":5,"userName":"a"}`, `{"schemas":[5],"userName":"a"}`, `{"schemas":["` + schema.URNGroup + `"],"userName":"a"}`} {
		raw, _ := schema.DecodeJSON([]byte(in), 20)
		if _, _, err := schema.UserType().Canonical(raw, schema.Mode{}); err == nil {
			t.Errorf("%s is accepted", in)
		}
	}
}

func TestCheckRequiredParts(t *testing.T) {
	t.Parallel()
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "",
		&schema.Attribute{Name: "one", Type: schema.Complex, SubAttributes: []*schema.Attribute{{Name: "must", Required: true}, {Name: "may"}}},
		&schema.Attribute{Name: "many", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{{Name: "must", Required: true}, {Name: "may"}}},
	)}
	for in, ok := range map[string]bool{
		`{}`: true, `{"one":{"must":"x"}}`: true, `{"one":{"may":"x"}}`: false, `{"many":[{"must":"x"},{"may":"y"}]}`: false, `{"many":[{"must":"x"}]}`: true,
	} {
		raw, _ := schema.DecodeJSON([]byte(in), 20)
		if got := rt.CheckRequired(raw) == nil; got != ok {
			t.Errorf("%s: %v", in, got)
		}
	}
}
