package patch_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	mail   = `,"emails":[{"value":"a@x","type":"work"},{"value":"b@x","type":"work"},{"value":"c@x","type":"home"}]`
	badge0 = `,"` + badge + `":{"fixed":"1","tags":["a","b"],"device":{"ids":["1","2"],"lock":"L","model":"m"}}`
)

// TestRules: one row for each rule and its neighbours. want is the document, "same" or the
// scimType of the error; strict is that of strict mode, or "" if both do the same.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, have, op, want, strict string }{
		// T-27: a remove takes what its value names
		{"remove a title that is another", `,"title":"t"`, `{"op":"remove","path":"title","value":"zzz"}`, "same", ""},
		{"remove a title by its value", `,"title":"t"`, `{"op":"remove","path":"title","value":"T"}`, ``, ""},
		{"remove e-mails by value", mail, `{"op":"remove","path":"emails","value":[{"value":"a@x"},{"value":"c@x"}]}`, `,"emails":[{"value":"b@x","type":"work"}]`, ""},
		{"remove no e-mail", mail, `{"op":"remove","path":"emails","value":[]}`, "same", ""},
		{"remove all e-mails", mail, `{"op":"remove","path":"emails","value":null}`, ``, ""},
		{"remove one of the selected", mail, `{"op":"remove","path":"emails[type eq \"work\"]","value":[{"value":"b@x"}]}`, `,"emails":[{"value":"a@x","type":"work"},{"value":"c@x","type":"home"}]`, ""},
		{"remove a value that is not there", mail, `{"op":"remove","path":"emails[type eq \"home\"].value","value":"new@x"}`, `,"emails":[{"value":"a@x","type":"work"},{"value":"b@x","type":"work"}]`, "invalidSyntax"},
		{"remove a title, with no value", `,"title":"t"`, `{"op":"remove","path":"title","value":[]}`, ``, ""},
		{"remove a name, with no value", `,"name":{"givenName":"A"}`, `{"op":"remove","path":"name","value":""}`, ``, ""},
		{"remove a manager, with no value", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"m"}}`, `{"op":"remove","path":"` + schema.URNEnterpriseUser + `:manager","value":{"value":""}}`, ``, ""},
		{"remove the selected, with an empty list", mail, `{"op":"remove","path":"emails[type eq \"work\"]","value":[]}`, `,"emails":[{"value":"c@x","type":"home"}]`, ""},
		{"remove the selected, with a blank", mail, `{"op":"remove","path":"emails[type eq \"work\"]","value":""}`, `,"emails":[{"value":"c@x","type":"home"}]`, ""},
		{"remove the selected, with an empty element", mail, `{"op":"remove","path":"emails[type eq \"work\"].value","value":[{}]}`, `,"emails":[{"value":"c@x","type":"home"}]`, ""},
		{"remove a tag", badge0, `{"op":"remove","path":"` + badge + `:tags","value":["A"]}`, strings.Replace(badge0, `"a",`, ``, 1), ""},
		{"remove one of the ids", badge0, `{"op":"remove","path":"` + badge + `:device.ids","value":["1"]}`, strings.Replace(badge0, `"1","2"`, `"2"`, 1), ""},
		{"remove an id by filter", badge0, `{"op":"remove","path":"` + badge + `:device.ids[value eq \"1\"]"}`, strings.Replace(badge0, `"1","2"`, `"2"`, 1), ""},
		{"remove parts of a name", `,"name":{"givenName":"A","familyName":"B"}`, `{"op":"remove","path":"name","value":{"givenName":"a"}}`, `,"name":{"familyName":"B"}`, ""},
		// a $ref that is written alone says who it is
		{"a manager by $ref alone", ``, `{"op":"add","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"../Users/b"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"b","$ref":"../Users/b"}}`, ""},
		{"another manager by $ref alone", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"https://x.example/Users/b/"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"b","$ref":"https://x.example/Users/b/"}}`, ""},
		{"another manager by $ref, of a value without one", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"../Users/b"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/b"}}`, ""},
		{"a $ref after a value", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.value","value":"b"},{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"https://idp.example/people/00u1"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"b","$ref":"https://idp.example/people/00u1"}}`, ""},
		{"a $ref after an object with a value", ``, `{"op":"add","path":"` + schema.URNEnterpriseUser + `:manager","value":{"value":"b"}},{"op":"add","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"https://idp.example/people/00u1"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"b","$ref":"https://idp.example/people/00u1"}}`, ""},
		{"a value after a $ref", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.$ref","value":"https://idp.example/people/00u1"},{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.value","value":"b"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"b"}}`, ""},
		{"a $ref taken away", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/a"}}`, `{"op":"remove","path":"` + schema.URNEnterpriseUser + `:manager.$ref"}`, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, ""},
		// a repeated request finds its end state
		{"a value that was replaced, again", `,"emails":[{"value":"b@x","type":"work"}]`, `{"op":"replace","path":"emails[value eq \"a@x\"].value","value":"B@x"}`, "same", "noTarget"},
		{"a value that was added, again", `,"emails":[{"value":"b@x","type":"work"}]`, `{"op":"add","path":"emails[value eq \"a@x\"].value","value":"b@x"}`, "same", ""},
		{"a value that was replaced, again, without a path", `,"emails":[{"value":"b@x","type":"work"}]`, `{"op":"replace","value":{"emails[type eq \"Work\" and value eq \"a@x\"].value":"b@x"}}`, "same", "invalidSyntax"},
		{"a type that was replaced, again", `,"emails":[{"value":"a@x","type":"home"}]`, `{"op":"replace","path":"emails[type eq \"work\" and value eq \"a@x\"].type","value":"home"}`, "same", "noTarget"},
		{"a value of the primary one, again", `,"roles":[{"value":"y","primary":true}]`, `{"op":"replace","path":"roles[primary eq \"True\" and value eq \"x\"].value","value":"y"}`, "same", "noTarget"},
		{"primary, again", `,"roles":[{"value":"y","primary":true}]`, `{"op":"add","path":"roles[value eq \"y\" and primary eq false].primary","value":true}`, "same", ""},
		{"a value that another type has", `,"emails":[{"value":"b@x","type":"home"}]`, `{"op":"replace","path":"emails[type eq \"work\" and value eq \"a@x\"].value","value":"b@x"}`, `,"emails":[{"value":"b@x","type":"home"},{"type":"work","value":"b@x"}]`, "noTarget"},
		{"the value of a type that is not there", `,"emails":[{"value":"b@x","type":"home"}]`, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@x"}`, `,"emails":[{"value":"b@x","type":"home"},{"type":"work","value":"b@x"}]`, "noTarget"},
		// no id is a blank
		{"a manager of a blank", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager","value":{"value":" "}}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":" "}}`},
		{"the value of a manager of a blank", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.value","value":" "}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":" "}}`},
		{"a manager of an empty object in a string", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager","value":{"value":"{}"}}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"{}"}}`},
		{"the value of a manager of an empty object in a string", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.value","value":"{}"}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"{}"}}`},
		{"a manager of an empty list in a string", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager","value":{"value":" []"}}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":" []"}}`},
		{"the value of a manager of an empty list in a string", `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":"a","$ref":"../Users/a"}}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `:manager.value","value":" []"}`, ``, `,"` + schema.URNEnterpriseUser + `":{"manager":{"value":" []"}}`},
		// a leaver stays a leaver
		{"active null", `,"active":false`, `{"op":"replace","path":"active","value":null}`, "same", ``},
		{"active blank", `,"active":false`, `{"op":"replace","path":"active","value":" "}`, "same", "invalidValue"},
		{"active of nothing", `,"active":false`, `{"op":"add","path":"active","value":[]}`, "same", "invalidValue"},
		{"active removed", `,"active":false`, `{"op":"remove","path":"active"}`, "same", ``},
		{"active without a path", `,"active":false`, `{"op":"replace","value":{"` + schema.URNUser + `:active":null}}`, "same", "invalidSyntax"},
		{"externalId null", `,"externalId":"e"`, `{"op":"replace","path":"externalId","value":null}`, ``, ""},
		// no operation ends silently
		{"the base URN as a path", `,"active":true`, `{"op":"replace","path":"` + schema.URNUser + `","value":{"active":false}}`, `,"active":false`, "invalidSyntax"},
		{"a dot after a URN", ``, `{"op":"replace","path":"` + schema.URNUser + `.title","value":"t"}`, `,"title":"t"`, "invalidSyntax"},
		{"a key with a dot after a URN", ``, `{"op":"add","value":{"` + schema.URNUser + `.name.givenName":"A"}}`, `,"name":{"givenName":"A"}`, "invalidSyntax"},
		{"a list of one object", ``, `{"op":"add","value":[{"title":"t"}]}`, `,"title":"t"`, "invalidSyntax"},
		{"a list of one string", ``, `{"op":"replace","path":"title","value":["t"]}`, `,"title":"t"`, "invalidValue"},
		{"a list of one for a part", ``, `{"op":"add","value":{"name.givenName":["A"]}}`, `,"name":{"givenName":"A"}`, "invalidSyntax"},
		{"a list of one for an element's part", ``, `{"op":"add","path":"emails[type eq \"work\"].value","value":["w@x"]}`, `,"emails":[{"type":"work","value":"w@x"}]`, "invalidValue"},
		{"a list of two strings", ``, `{"op":"replace","path":"title","value":["t","u"]}`, "invalidValue", ""},
		{"a list of one blank", `,"title":"t"`, `{"op":"replace","path":"title","value":[""]}`, ``, "invalidValue"},
		{"active in a list", `,"active":true`, `{"op":"replace","value":{"active":["False"]}}`, `,"active":false`, "invalidSyntax"},
		// values in the shape of a multi-valued attribute, as older connections of Entra ID send them
		{"active in the shape of a list", `,"active":true`, `{"op":"replace","path":"active","value":[{"$ref":null,"value":"False"}]}`, `,"active":false`, "invalidValue"},
		{"active in an object", `,"active":true`, `{"op":"add","value":{"active":{"value":false}}}`, `,"active":false`, "invalidSyntax"},
		{"no active in the shape of a list", `,"active":false`, `{"op":"replace","path":"active","value":[{"value":null}]}`, "same", "invalidValue"},
		{"two of active", `,"active":true`, `{"op":"replace","path":"active","value":[{"value":false},{"value":true}]}`, "invalidValue", ""},
		{"active with something else", `,"active":true`, `{"op":"replace","path":"active","value":[{"value":false,"type":"work"}]}`, "invalidValue", "invalidValue"},
		{"a part in the shape of a list", ``, `{"op":"replace","path":"name.givenName","value":[{"$ref":null,"value":"A"}]}`, `,"name":{"givenName":"A"}`, "invalidValue"},
		{"a part of an element in the shape of a list", ``, `{"op":"add","path":"emails[type eq \"work\"].value","value":[{"value":"w@x"}]}`, `,"emails":[{"type":"work","value":"w@x"}]`, "invalidValue"},
		{"an extension's attribute in the shape of a list", ``, `{"op":"add","path":"` + schema.URNEnterpriseUser + `:department","value":[{"value":"D"}]}`, `,"` + schema.URNEnterpriseUser + `":{"department":"D"}`, "invalidValue"},
		{"remove a title in the shape of a list", `,"title":"t"`, `{"op":"remove","path":"title","value":[{"value":"t"}]}`, ``, "invalidValue"},
		{"remove another title in the shape of a list", `,"title":"t"`, `{"op":"remove","path":"title","value":[{"value":"u"}]}`, "same", "invalidValue"},
		{"remove a part in the shape of a list", mail, `{"op":"remove","path":"emails[type eq \"home\"].value","value":[{"value":"c@x"}]}`, `,"emails":[{"value":"a@x","type":"work"},{"value":"b@x","type":"work"}]`, "invalidValue"},
		{"a blank for an extension", `,"` + schema.URNEnterpriseUser + `":{"department":"D"}`, `{"op":"replace","path":"` + schema.URNEnterpriseUser + `","value":""}`, "same", "invalidValue"},
		{"an empty list for an extension", `,"` + schema.URNEnterpriseUser + `":{"department":"D"}`, `{"op":"add","value":{"` + schema.URNEnterpriseUser + `":[]}}`, "same", "invalidSyntax"},
		{"a list of one for an extension", ``, `{"op":"add","path":"` + schema.URNEnterpriseUser + `","value":[{"department":"D"}]}`, `,"` + schema.URNEnterpriseUser + `":{"department":"D"}`, "invalidValue"},
		{"a blank for the base schema", `,"title":"t"`, `{"op":"replace","path":"` + schema.URNUser + `","value":""}`, "same", "invalidSyntax"},
		{"ids are appended", badge0, `{"op":"add","path":"` + badge + `:device.ids","value":["2","3"]}`, strings.Replace(badge0, `"1","2"`, `"1","2","3"`, 1), ""},
		{"ids are appended through the parent", badge0, `{"op":"add","path":"` + badge + `:device","value":{"ids":["3"]}}`, strings.Replace(badge0, `"1","2"`, `"1","2","3"`, 1), ""},
		{"JSON in a string under a filter", mail, `{"op":"replace","path":"emails[value eq \"c@x\"]","value":"{\"value\":\"d@x\",\"type\":\"other\"}"}`, strings.Replace(mail, `"c@x","type":"home"`, `"d@x","type":"other"`, 1), "invalidValue"},
		{"elements made equal", mail, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"z@x"}`, `,"emails":[{"value":"z@x","type":"work"},{"value":"c@x","type":"home"}]`, ""},
		{"tags made equal", badge0, `{"op":"replace","path":"` + badge + `:tags[value eq \"a\"]","value":"b"}`, strings.Replace(badge0, `"a",`, ``, 1), ""},
		{"a filter that selects nothing", ``, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"w@x"}`, `,"emails":[{"type":"work","value":"w@x"}]`, "noTarget"},
		{"a filter on a singular value", `,"name":{"givenName":"A"}`, `{"op":"remove","path":"name[givenName eq \"A\"]"}`, ``, "invalidPath"},
		{"a filter on another singular value", `,"name":{"givenName":"A"}`, `{"op":"remove","path":"name[givenName eq \"B\"]"}`, "same", "invalidPath"},
		{"an undefined URN in schemas", ``, `{"op":"add","path":"schemas","value":["urn:x"]}`, "invalidValue", "invalidSyntax"},
		// immutable values cannot be lost through a parent
		{"remove the extension", badge0, `{"op":"remove","path":"` + badge + `"}`, "mutability", ""},
		{"null for the extension", badge0, `{"op":"replace","path":"` + badge + `","value":null}`, "mutability", ""},
		{"replace schemas", badge0, `{"op":"replace","path":"schemas","value":["` + schema.URNUser + `"]}`, "mutability", ""},
		{"remove the parent", badge0, `{"op":"remove","path":"` + badge + `:device"}`, "mutability", ""},
		{"replace the parent", badge0, `{"op":"replace","path":"` + badge + `:device","value":{"lock":"2"}}`, "mutability", ""},
		{"remove and add another", badge0, `{"op":"remove","path":"` + badge + `"},{"op":"add","path":"` + badge + `:fixed","value":"2"}`, "mutability", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			strict := c.strict
			if strict == "" && !(strings.HasPrefix(c.name, "active")) {
				strict = c.want
			}
			rule(t, c.have, c.op, c.want, false)
			rule(t, c.have, c.op, strict, true)
		})
	}
}

// rule applies operations to a user and compares the outcome.
func rule(t *testing.T, have, ops, want string, strict bool) {
	t.Helper()
	const user = `{"schemas":["` + schema.URNUser + `"],"userName":"a"`
	doc := func(s string) string {
		head := user
		for _, urn := range []string{badge, schema.URNEnterpriseUser} {
			if strings.Contains(s, urn) {
				head = strings.Replace(head, `"]`, `","`+urn+`"]`, 1)
			}
		}
		return head + s + "}"
	}
	res, err := apply(t, badgeUser(), doc(have), "["+ops+"]", patch.Options{Strict: strict})
	if want != "" && want != "same" && want[0] != ',' {
		if scimType(err) != want {
			t.Errorf("strict %v: %v, want %s", strict, err, want)
		}
		return
	}
	if err != nil {
		t.Errorf("strict %v: %v", strict, err)
		return
	}
	if want == "same" {
		want = have
		if !strict && len(res.Notes) == 0 {
			t.Error("no note")
		}
	}
	if d := cmp.Diff(decode(t, doc(want)), res.Doc); d != "" {
		t.Errorf("strict %v: %s", strict, d)
	}
}

// TestEnvelope: the forms of a request that tolerant mode reads, and what no mode takes for one.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	const schemas = `"schemas":["` + patch.URN + `"]`
	for body, want := range map[string]struct{ tolerant, strict, detail string }{
		`{` + schemas + `,"Operations":[]}`:                                                           {"", "invalidSyntax", ""},
		`{` + schemas + `}`:                                                                           {"", "invalidSyntax", ""},
		`{` + schemas + `,"operations":null}`:                                                         {"", "invalidSyntax", ""},
		`{` + schemas + `,"OPERATIONS":{"OP":"add","Path":"title","VALUE":"t"}}`:                      {"", "invalidSyntax", ""},
		`{` + schemas + `,"Operations":[{"op":"add","path":null,"value":{"title":"t"}}]}`:             {"", "invalidSyntax", ""},
		`{` + schemas + `,"Operations":[{"op":"add","value":[{"title":"t"},{"nickName":"n"}]}]}`:      {"invalidValue", "invalidSyntax", ""},
		`{` + schemas + `,"Operations":"x"}`:                                                          {"invalidSyntax", "invalidSyntax", ""},
		`{` + schemas + `,"title":"t"}`:                                                               {"invalidSyntax", "invalidSyntax", "title"},
		`{"schemas":["urn:scim:schemas:core:1.0"],"title":"t","meta":{"attributes":["displayName"]}}`: {"invalidSyntax", "invalidSyntax", "SCIM 1.1"},
		`{"active":false}`: {"invalidSyntax", "invalidSyntax", "PatchOp"},
		`{}`:               {"", "invalidSyntax", ""},
	} {
		for _, strict := range []bool{false, true} {
			expect := want.tolerant
			if strict {
				expect = want.strict
			}
			var res *patch.Result
			req, err := patch.Parse(schema.UserType(), decode(t, body), patch.Options{Strict: strict})
			if err == nil {
				res, err = req.Apply(map[string]any{"userName": "a", "active": true})
			}
			switch {
			case scimType(err) != expect || err != nil && expect == "":
				t.Errorf("%s, strict %v: %v, want %q", body, strict, err, expect)
			case err != nil && !strings.Contains(err.Error(), want.detail):
				t.Errorf("%s: %v", body, err)
			case err == nil && res.Doc["title"] == nil && len(res.Notes) == 0:
				t.Errorf("%s: silent", body)
			}
		}
	}
}
