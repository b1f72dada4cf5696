package patch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func decode(t testing.TB, s string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(s), 20)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return m
}

// scimType is the scimType of the answer to a fault, or "" for any other error.
func scimType(err error) string {
	if f, ok := err.(*schema.Fault); ok {
		return string(scim.AsError(f).ScimType)
	}
	return ""
}

func apply(t testing.TB, rt *schema.ResourceType, doc, ops string, o patch.Options) (*patch.Result, error) {
	t.Helper()
	req, err := patch.Parse(rt, decode(t, `{"schemas":["`+patch.URN+`"],"Operations":`+ops+`}`), o)
	if err != nil {
		return nil, err
	}
	before := decode(t, doc)
	res, err := req.Apply(before)
	if d := cmp.Diff(decode(t, doc), before); d != "" {
		t.Errorf("%s changed the document: %s", ops, d)
	}
	return res, err
}

const base = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","active":true`

func TestApply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, doc, ops, want string }{
		{"ENTRA-12 one role out of three operations", base + `}`,
			`[{"op":"add","path":"roles[primary eq \"True\"].display","value":"D"},{"op":"add","path":"roles[primary eq \"True\"].value","value":"V"},{"op":"add","path":"roles[primary eq \"True\"].type","value":"T"}]`,
			base + `,"roles":[{"primary":true,"display":"D","value":"V","type":"T"}]}`},
		{"keys with brackets in a value without path", base + `}`, `[{"op":"add","value":{"emails[type eq \"work\"].value":"w@x"}}]`, base + `,"emails":[{"type":"work","value":"w@x"}]}`},
		{"empty string clears", base + `,"title":"t"}`, `[{"op":"replace","path":"title","value":""}]`, base + `}`},
		{"empty value of an element removes it", base + `,"phoneNumbers":[{"type":"work","value":"1"}]}`, `[{"op":"replace","path":"phoneNumbers[type eq \"work\"].value","value":""}]`, base + `}`},
		{"parts sent empty are cleared", base + `,"name":{"givenName":"A","familyName":"B"}}`, `[{"op":"replace","path":"name","value":{"givenName":null}}]`, base + `,"name":{"familyName":"B"}}`},
		{"all parts sent empty", base + `,"name":{"givenName":"A"}}`, `[{"op":"replace","path":"name","value":{"givenName":""}}]`, base + `}`},
		{"empty object is no change to add", base + `,"name":{"givenName":"A"}}`, `[{"op":"add","path":"name","value":{}}]`, base + `,"name":{"givenName":"A"}}`},
		{"null part in add changes nothing", base + `,"name":{"givenName":"A"}}`, `[{"op":"add","path":"name.givenName","value":null}]`, base + `,"name":{"givenName":"A"}}`},
		{"a part that is not there", base + `}`, `[{"op":"remove","path":"name.givenName"}]`, base + `}`},
		{"removing elements by value", base + `,"emails":[{"value":"a","type":"work"},{"value":"b"}]}`, `[{"op":"remove","path":"emails","value":[{"value":"a"}]}]`, base + `,"emails":[{"value":"b"}]}`},
		{"an empty list adds nothing", base + `}`, `[{"op":"add","path":"emails","value":[]}]`, base + `}`},
		{"null in a filtered add", base + `}`, `[{"op":"add","path":"emails[type eq \"work\"]","value":null}]`, base + `}`},
		{"one-element list in a filtered replace", base + `}`, `[{"op":"replace","path":"emails[type eq \"work\"]","value":[{"value":"x"}]}]`, base + `,"emails":[{"type":"work","value":"x"}]}`},
		{"empty list in a filtered replace", base + `,"emails":[{"value":"a","type":"work"}]}`, `[{"op":"replace","path":"emails[type eq \"work\"]","value":[]}]`, base + `}`},
		{"base URN as a container", base + `}`, `[{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"title":"t"},"schemas":["x"]}}]`, base + `,"title":"t"}`},
		{"schemas replaced", base + `}`, `[{"op":"replace","path":"schemas","value":"urn:ietf:params:scim:schemas:core:2.0:User"}]`, base + `}`},
		{"null extension", base + `}`, `[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":null}]`, base + `}`},
		{"net no change", base + `,"title":"t"}`, `[{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"title","value":"t"}]`, base + `,"title":"t"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res, err := apply(t, schema.UserType(), c.doc, c.ops, patch.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(decode(t, c.want), res.Doc); d != "" {
				t.Error(d)
			}
			if res.Changed != (c.doc != c.want) {
				t.Errorf("changed %v", res.Changed)
			}
		})
	}
}

func TestManager(t *testing.T) {
	t.Parallel()
	const ext = `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m1","$ref":"../Users/m1"}}}`
	for ops, want := range map[string]any{
		`[{"op":"replace","path":"manager","value":"m2"}]`:            map[string]any{"value": "m2"},
		`[{"op":"replace","path":"manager.value","value":"m2"}]`:      map[string]any{"value": "m2"},
		`[{"op":"add","path":"manager","value":[{"value":"m2"}]}]`:    map[string]any{"value": "m2"},
		`[{"op":"replace","path":"manager","value":{"value":""}}]`:    nil,
		`[{"op":"replace","path":"manager","value":null}]`:            nil,
		`[{"op":"remove","path":"manager"}]`:                          nil,
		`[{"op":"replace","path":"manager","value":{"value":"m1"}}]`:  map[string]any{"value": "m1", "$ref": "../Users/m1"},
		`[{"op":"add","path":"manager","value":{"displayName":"M"}}]`: map[string]any{"value": "m1", "$ref": "../Users/m1"},
	} {
		res, err := apply(t, schema.UserType(), base+ext, ops, patch.Options{})
		if err != nil {
			t.Errorf("%s: %v", ops, err)
			continue
		}
		e, _ := res.Doc[schema.URNEnterpriseUser].(map[string]any)
		if d := cmp.Diff(want, e["manager"]); d != "" {
			t.Errorf("%s: %s", ops, d)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	group := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g"}`
	m := func(id string) patch.Member { return patch.Member{ID: id} }
	for _, c := range []struct {
		name, ops string
		o         patch.Options
		want      flat
	}{
		{"add list", `[{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"}]}]`, patch.Options{}, flat{Add: []patch.Member{m("1"), m("2")}}},
		{"add id", `[{"op":"add","path":"members","value":"1"}]`, patch.Options{}, flat{Add: []patch.Member{m("1")}}},
		{"add ids", `[{"op":"add","path":"members","value":["1"]}]`, patch.Options{}, flat{Add: []patch.Member{m("1")}}},
		{"without a path", `[{"op":"add","value":{"members":[{"value":"1"}]}}]`, patch.Options{}, flat{Add: []patch.Member{m("1")}}},
		{"the last operation counts", `[{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"remove","path":"members[value eq \"1\"]"}]`, patch.Options{}, flat{Remove: []string{"1"}}},
		{"removed and added again", `[{"op":"remove","path":"members","value":[{"value":"1"}]},{"op":"add","path":"members","value":[{"value":"1"}]}]`, patch.Options{}, flat{Add: []patch.Member{m("1")}}},
		{"cleared and added", `[{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"1"}]}]`, patch.Options{}, flat{Clear: true, Add: []patch.Member{m("1")}}},
		{"replace", `[{"op":"replace","path":"members","value":[{"value":"1"}]}]`, patch.Options{}, flat{Clear: true, Add: []patch.Member{m("1")}}},
		{"Entra replaces one", `[{"op":"replace","path":"members","value":[{"value":"1"}]}]`, patch.Options{EntraMembers: true}, flat{Add: []patch.Member{m("1")}}},
		{"Entra replaces one, strict", `[{"op":"replace","path":"members","value":[{"value":"1"}]}]`, patch.Options{EntraMembers: true, Strict: true}, flat{Clear: true, Add: []patch.Member{m("1")}}},
		{"Entra replaces two", `[{"op":"replace","path":"members","value":[{"value":"1"},{"value":"2"}]}]`, patch.Options{EntraMembers: true}, flat{Clear: true, Add: []patch.Member{m("1"), m("2")}}},
		{"empty list removes nothing", `[{"op":"remove","path":"members","value":[]}]`, patch.Options{}, flat{}},
		{"strict removes the given ones too", `[{"op":"remove","path":"members","value":[{"value":"1"}]}]`, patch.Options{Strict: true}, flat{Remove: []string{"1"}}},
		{"a filter and an empty list", `[{"op":"remove","path":"members[value eq \"1\"]","value":[]}]`, patch.Options{}, flat{Remove: []string{"1"}}},
		{"a filter and a blank, strict", `[{"op":"remove","path":"members[value eq \"1\"]","value":""}]`, patch.Options{Strict: true}, flat{Remove: []string{"1"}}},
		{"a filter and another member", `[{"op":"remove","path":"members[value eq \"1\"]","value":[{"value":"2"}]}]`, patch.Options{}, flat{}},
		{"the value of a member", `[{"op":"remove","path":"members[value eq \"1\"].value"}]`, patch.Options{}, flat{Remove: []string{"1"}}},
		{"the value of a member, strict", `[{"op":"remove","path":"members[value eq \"1\"].value"}]`, patch.Options{Strict: true}, flat{Remove: []string{"1"}}},
		{"nothing among members", `[{"op":"add","path":"members","value":[null,{"value":"1"},{}]}]`, patch.Options{}, flat{Add: []patch.Member{m("1")}}},
		{"without a value", `[{"op":"add","path":"members","value":[{"value":""}]}]`, patch.Options{}, flat{}},
		{"filter with sub-attribute", `[{"op":"add","path":"members[value eq \"1\" and type eq \"User\"].value","value":"1"}]`, patch.Options{}, flat{Add: []patch.Member{{ID: "1", Type: "User"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res, err := apply(t, schema.GroupType(), group, c.ops, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, flatten(res.Members)); d != "" {
				t.Error(d)
			}
			if res.Changed {
				t.Error("members are not part of the document")
			}
		})
	}
	res, err := apply(t, schema.GroupType(), group, `[{"op":"add","path":"members","value":[{"value":"1","type":"User"},{"value":"2","type":"Group"}]},{"op":"remove","path":"members[type eq \"User\"]"}]`, patch.Options{})
	if add, _, missing := res.Members.Net(nil, func(m patch.Member) any { return map[string]any{"value": m.ID, "type": m.Type} }); err != nil || missing != nil || len(add) != 1 || add[0].ID != "2" {
		t.Errorf("%+v %v", res, err)
	}
	for _, ops := range []string{`[{"op":"add","path":"members[type eq \"User\"]","value":{"value":"1"}}]`, `[{"op":"remove","path":"members[value eq \"1\"].type"}]`} {
		if _, err := apply(t, schema.GroupType(), group, ops, patch.Options{}); err == nil {
			t.Errorf("%s is accepted", ops)
		}
	}
}

// TestRequest: a request names its members before it is applied, and its operations can be
// applied one by one.
func TestRequest(t *testing.T) {
	t.Parallel()
	body := `{"schemas":["` + patch.URN + `"],"operations":[
		{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"},{"value":""}]},
		{"op":"add","value":{"` + schema.URNGroup + `:members":"3","displayName":"h"}},
		{"op":"replace","path":"Members","value":["1"]},
		{"op":"add","path":"members","value":true},
		{"op":"remove","path":"members","value":["4"]}]}`
	req, err := patch.Parse(schema.GroupType(), decode(t, body), patch.Options{EntraMembers: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1", "2", "3"}, req.MemberIDs()); d != "" {
		t.Error(d)
	}
	ops := req.Split()
	if len(ops) != 5 {
		t.Fatalf("%d operations", len(ops))
	}
	doc := decode(t, `{"schemas":["`+schema.URNGroup+`"],"displayName":"g"}`)
	if _, err := req.Apply(doc); scimType(err) != "invalidValue" || !strings.HasPrefix(err.Error(), "operation 4: ") {
		t.Errorf("the list of the fourth operation: %v", err)
	}
	if _, err := ops[3].Apply(doc); scimType(err) != "invalidValue" || strings.HasPrefix(err.Error(), "operation") {
		t.Errorf("the fourth operation alone: %v", err)
	}
	var none *patch.Request
	if none.MemberIDs() != nil {
		t.Error("ids of no request")
	}
}

// TestRequestAtOnce: a request can be applied many times, also at once.
func TestRequestAtOnce(t *testing.T) {
	t.Parallel()
	body := `{"schemas":["` + patch.URN + `"],"Operations":[{"op":"add","path":"members","value":["1","2",{"value":""}]},{"op":"add","value":{"members":"3","displayName":"h"}}]}`
	req, err := patch.Parse(schema.GroupType(), decode(t, body), patch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc := decode(t, `{"schemas":["`+schema.URNGroup+`"],"displayName":"g"}`)
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 2 {
				res, err := req.Apply(doc)
				if err != nil {
					t.Fatal(err)
				}
				if len(res.Members.Added()) != 3 || len(res.Notes) != 5 || res.Doc["displayName"] != "h" || doc["displayName"] != "g" {
					t.Errorf("%+v", res)
				}
			}
		})
	}
}

func TestRequestFaults(t *testing.T) {
	t.Parallel()
	for ops, want := range map[string]string{
		`[5]`: "invalidSyntax", `[{"op":5}]`: "invalidSyntax", `[{"op":"add","path":5,"value":1}]`: "invalidPath",
		`[{"op":"add","path":"schemas","value":5}]`: "invalidValue", `[{"op":"add","path":"schemas[value eq \"x\"]","value":"x"}]`: "invalidPath",
		`[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":"x"}]`: "invalidValue",
		`[{"op":"add","path":"title","value":"a"},{"op":"add","path":"active","value":"x"}]`:             "invalidValue",
	} {
		_, err := apply(t, schema.UserType(), base+"}", ops, patch.Options{})
		if scimType(err) != want {
			t.Errorf("%s: %v, want %s", ops, err, want)
		}
	}
	if _, err := apply(t, schema.UserType(), base+"}", `[{"op":"add","path":"title","value":"a"},{"op":"add","path":"title","value":"b"}]`, patch.Options{MaxOps: 1}); err == nil {
		t.Error("too many operations are accepted")
	}
}

// FuzzApply: no operation panics, the document is not changed, and applying the request again
// has the same result.
func FuzzApply(f *testing.F) {
	for _, s := range [][3]string{{"add", `emails[type eq "work"].value`, `"x"`}, {"replace", "name", `{"givenName":"A"}`}, {"remove", "emails", `[{"value":"a"}]`}, {"replace", "", `{"manager":"m"}`}, {"add", "schemas", `["urn:x"]`}} {
		f.Add(s[0], s[1], s[2], true)
	}
	const doc = base + `,"name":{"givenName":"G"},"emails":[{"value":"a","type":"work","primary":true},{"value":"b"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}}}`
	f.Fuzz(func(t *testing.T, op, path, value string, strict bool) {
		v, err := schema.ParseJSON([]byte(value), 10)
		if err != nil {
			return
		}
		operation := map[string]any{"op": op, "value": v}
		if path != "" {
			operation["path"] = path
		}
		o := patch.Options{Strict: strict}
		req, err := patch.Parse(schema.UserType(), map[string]any{"schemas": []any{patch.URN}, "Operations": []any{operation}}, o)
		if err != nil {
			return
		}
		before := decode(t, doc)
		res, err := req.Apply(before)
		if !schema.Equal(before, decode(t, doc)) {
			t.Fatal("the document was changed")
		}
		if err != nil {
			if _, ok := err.(*schema.Fault); !ok {
				t.Fatal(err)
			}
			return
		}
		out := schema.UserType().AppendDocument(nil, res.Doc)
		if !json.Valid(out) {
			t.Fatalf("%s", out)
		}
		again, err := req.Apply(before)
		if err != nil || !schema.Equal(again.Doc, res.Doc) {
			t.Fatal("a second run differs", err)
		}
	})
}

// flat is a change of membership without the order of its steps.
type flat struct {
	Clear  bool
	Remove []string
	Add    []patch.Member
}

func flatten(m patch.Members) flat {
	var f flat
	var rest []patch.MemberStep
	for _, st := range m.Steps {
		if st.Kind == patch.MembersClear {
			f.Clear, rest = true, nil
			continue
		}
		rest = append(rest, st)
	}
	f.Add, f.Remove, _ = patch.Members{Steps: rest}.ByID()
	if f.Clear {
		f.Remove = nil
	}
	return f
}
