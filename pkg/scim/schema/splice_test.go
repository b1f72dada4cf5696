package schema_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const stored = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
	`"externalId":"x\\\"y","userName":"A","name":{"familyName":"b","givenName":"c"},"active":true,` +
	`"emails":[{"value":"a@x","type":"work","primary":true},{"value":"b@x"}],` +
	`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m"}}}`

// TestStored: a document is taken apart only in the form in which it would be written now, so that copying a
// member is the same as decoding and encoding it.
func TestStored(t *testing.T) {
	t.Parallel()
	rt := schema.UserType()
	var s schema.Stored
	if !s.Set(rt, []byte(stored)) || string(s.Append(nil, nil)) != stored {
		t.Fatal("the document is not accepted, or not copied")
	}
	doc := map[string]any{}
	if err := s.Read(doc, "active"); err != nil || len(doc) != 1 || doc["active"] != true {
		t.Fatalf("%v, %v", doc, err)
	}
	doc["active"] = false
	if got, want := string(s.Append(nil, doc)), strings.Replace(stored, "true", "false", 1); got != want {
		t.Errorf("%s\ninstead of\n%s", got, want)
	}
	for _, c := range [][2]string{
		{`,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`, `]`},
		{`"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",`, `"schemas":[`},
		{`{"department":"d","manager":{"value":"m"}}`, `{}`},
		{`"active":true`, `"active": true`},
		{`"active":true`, `"active":null`},
		{`"active":true`, `"active":true,"active":true`},
		{`"active":true`, `"active":true,"members":[]`},
		{`"active":true`, `"active":tru`},
		{`"active":true`, `"active":01`},
		{`"active":true`, `"unknown":true`},
		{`"familyName":"b","givenName":"c"`, `"givenName":"c","familyName":"b"`},
		{`"familyName":"b"`, `"other":"b"`},
		{`"familyName":"b"`, `"familyName":"\u0062"`},
		{`"familyName":"b"`, `"familyName":"\/"`},
		{`"familyName":"b"`, "\"familyName\":\"\xff\""},
		{`"userName":"A"`, `"userName":{"a":1}`},
		{`"userName":"A"`, `"UserName":"A"`},
		{`"b@x"}]`, `"b@x"},]`},
		{`"b@x"}]`, `"b@x"}`},
	} {
		text := strings.Replace(stored, c[0], c[1], 1)
		if s.Set(rt, []byte(text)) || text == stored {
			t.Errorf("%s is accepted", text)
		}
	}
	for i := range stored {
		if s.Set(rt, []byte(stored[:i])) {
			t.Errorf("%s is accepted", stored[:i])
		}
	}
}

// TestStoredStrings: strings of a document stay as they are, whatever s is used for later.
func TestStoredStrings(t *testing.T) {
	t.Parallel()
	var s schema.Stored
	rt := schema.UserType()
	userName, ok := rt.ResolveName("userName")
	if !ok {
		t.Fatal("no userName")
	}
	var got, want []string
	for _, name := range []string{"a", strings.Repeat("b", 60), "c", strings.Repeat("d", 300), "e", `quote \" and \\`, strings.Repeat("f", 80)} {
		text := []byte(`{"schemas":["` + schema.URNUser + `"],"externalId":"x","userName":"` + name + `"}`)
		if !s.Set(rt, text) {
			t.Fatalf("%s is not accepted", text)
		}
		value, _ := s.Text("userName")
		got = s.Keys(append(got, value), userName)
		want = append(want, strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(name), strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(name))
		s.Reset()
		clear(text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q instead of %q", got, want)
	}
}

// TestStoredReset: after Reset the maps that were lent are empty, and the next document is decoded into the same ones;
// but not into one that has become large, and never more are kept than a few. What is not lent is not emptied.
func TestStoredReset(t *testing.T) {
	t.Parallel()
	var s schema.Stored
	read := func() (doc, element map[string]any) {
		if !s.Set(schema.UserType(), []byte(stored)) {
			t.Fatal("the document is not accepted")
		}
		doc = s.Clone(nil)
		if err := s.Read(doc, "emails"); err != nil || len(doc) != 1 {
			t.Fatalf("%v, %v", doc, err)
		}
		list, _ := doc["emails"].([]any)
		element, _ = list[0].(map[string]any)
		return doc, element
	}
	doc, element := read()
	kept := maps.Clone(element)
	copied := s.Clone(element)
	if !maps.Equal(element, kept) || !maps.Equal(copied, kept) || len(kept) != 3 {
		t.Fatalf("%v, %v", element, copied)
	}
	empty := func(m map[string]any) bool { return len(m) == 0 || poison.On && len(m) == 1 && m[poison.Text] != nil }
	s.Reset()
	if !empty(doc) || !empty(element) || !empty(copied) || len(kept) != 3 || s.Has("active") {
		t.Errorf("%v, %v, %v are left after Reset", doc, element, copied)
	}
	again, first := read()
	if again["mark"] = true; doc["mark"] != true || !maps.Equal(first, kept) || !maps.Equal(element, kept) {
		t.Errorf("%v is not lent again as %v", doc, again)
	}
	for i := range 9 {
		again[fmt.Sprint(i)] = i
	}
	s.Reset()
	if large := s.Clone(nil); !empty(again) || len(large) > 0 {
		t.Errorf("%v, %v are left after Reset", again, large)
	} else if large["mark"] = true; !empty(again) {
		t.Error("a large map is lent again")
	}
	all := make([]map[string]any, 40)
	for i := range all {
		all[i] = s.Clone(nil)
		all[i]["n"] = i
	}
	s.Reset()
	if left := slices.IndexFunc(all, func(m map[string]any) bool { return !empty(m) }); left < 8 || left > 20 {
		t.Errorf("%d maps are kept", left)
	}
	var none *schema.Stored
	if none.Clone(nil) == nil || s.Clone(nil) == nil || !maps.Equal(none.Clone(kept), kept) {
		t.Error("nil is not copied as an empty map, or no document makes no maps")
	}
}
