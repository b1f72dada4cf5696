package schema_test

import (
	"strings"
	"testing"

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
