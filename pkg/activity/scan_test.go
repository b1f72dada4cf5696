package activity

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzFields compares fields with encoding/json for what a Store may hold: compact objects. For
// anything else it must only terminate.
func FuzzFields(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1}`, `{"schemas":["u"],"name":{"x":"}\"{,"},"list":[{"a":[1,2]},"]"],"t":true,"n":null}`, `{"é":"\\","b":-1.5e3}`,
		`{"a":{"b":{"c":[]}}}`, `{`, `{"a"`, `{"a":`, `{"a":"`, `[]`, `"x"`, ``, `{"a":1,}`, `{"a":]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got := fields(doc)
		objectsOf(nil, nil, doc, append(doc[:len(doc)/2:len(doc)/2], `1,"x":2}`...)) // it must not panic
		var want map[string]json.RawMessage
		var compact bytes.Buffer
		if !utf8.Valid(doc) || json.Unmarshal(doc, &want) != nil || json.Compact(&compact, doc) != nil || !bytes.Equal(compact.Bytes(), doc) {
			return
		}
		for _, after := range [][]byte{doc, []byte(`{}`), append(doc[:len(doc)-1:len(doc)-1], `1,"x":2}`...), bytes.Replace(doc, []byte(`1`), []byte(`[{"a":"\\"}]`), 1)} {
			if was, is := objectsOf(nil, nil, doc, after); !reflect.DeepEqual(was, objectOf(nil, doc)) || !reflect.DeepEqual(is, objectOf(nil, after)) {
				t.Errorf("%s and %s: %s, %s", doc, after, was, is)
			}
		}
		names := 0
		for name := range want {
			if bytes.Contains(doc, []byte(`\`)) && got[name] == nil {
				continue // an escape in a name, which canonical documents do not have
			}
			if names++; !bytes.Equal(got[name], want[name]) {
				t.Errorf("%q of %s is %s, want %s", name, doc, got[name], want[name])
			}
		}
		if !bytes.Contains(doc, []byte(`\`)) && len(got) != names {
			t.Errorf("%d fields of %s, want %d", len(got), doc, names)
		}
	})
}
