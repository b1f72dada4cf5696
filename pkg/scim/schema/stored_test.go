package schema_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// FuzzStoredText compares with decoding the whole document, and panics on no text.
func FuzzStoredText(f *testing.F) {
	for _, s := range []string{
		`{"schemas":["displayName"],"displayName":"Jane"}`, `{"name":{"displayName":"inner"},"displayName":"a\"b\\"}`,
		`{"a":"displayName\":","emails":[{"displayName":"x"}],"displayName":"\u00e9ü😀"}`, `{"displayName":7}`, `{"displayName":["x"]}`,
		`{"displayName":{"displayName":"x"}}`, `{"x":"{[","displayName":""}`, `{"x":"\\","displayName":"y"}`, `{`, `{"displayName":"`, `{"displayName":`, `"`, ``, `]]{"displayName":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const name = "displayName"
		schema.StoredText(data, name)
		doc, err := schema.DecodeJSON(data, 64)
		if err != nil {
			return
		}
		stored := schema.AppendValue(nil, doc)
		want, there := doc[name].(string)
		if got, ok := schema.StoredText(stored, name); got != want || ok != there {
			t.Errorf("%s: got %q, %v, want %q, %v", stored, got, ok, want, there)
		}
	})
}

// TestStoredTextOwns: what it returns keeps nothing of the document, and costs one string.
func TestStoredTextOwns(t *testing.T) { //nolint:paralleltest // it counts allocations
	data := []byte(`{"schemas":["urn"],"name":{"familyName":"J"},"displayName":"Jane Jones"}`)
	if n := testing.AllocsPerRun(100, func() { schema.StoredText(data, "displayName") }); n != 1 {
		t.Errorf("%v allocations", n)
	}
	got, _ := schema.StoredText(data, "displayName")
	clear(data)
	if got != "Jane Jones" {
		t.Error(got)
	}
}
