package sqlstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxID is more than the length of any id. Postgres cannot have values of more than 2.7 KB in an index.
const maxID = 512

// storable reports whether a string can be an id or a type. Nothing is stored under any other, so that
// it is unknown without a question.
func storable(s string) bool {
	return len(s) <= maxID && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// storableOf returns the ids that can exist.
func storableOf(ids []string) []string {
	for i := range ids {
		if storable(ids[i]) {
			continue
		}
		out := append([]string{}, ids[:i]...)
		for _, id := range ids[i:] {
			if storable(id) {
				out = append(out, id)
			}
		}
		return out
	}
	return ids
}

// hashed begins the stored form of an index value that is not stored as it is.
const hashed = "sha256:"

// maxValue is the length of a value that is stored as it is.
const maxValue = 256

// valueOf is the stored form of an index value: the value itself, or its hash if it is long, or cannot
// be a text in Postgres. Values are compared only, and two never have the same form.
func valueOf(s string) string {
	if len(s) <= maxValue && storable(s) && !strings.HasPrefix(s, hashed) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hashed + hex.EncodeToString(sum[:])
}

// packed is a text of a client for a column: itself, or a JSON string if it has a character that
// Postgres refuses.
func packed(s string) string {
	if s == "" || s[0] != '"' && strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return jsonOf(s)
}

func unpacked(s string) string {
	if s == "" || s[0] != '"' {
		return s
	}
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return s
	}
	return out
}

// jsonOf is a parameter of AMONG or ROWS: strings, and lists of them.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and lists of them have a form
	}
	return string(b)
}

// micros is the stored form of a time.
func micros(t time.Time) int64 { return t.UnixMicro() }

func timeOf(us int64) time.Time { return time.UnixMicro(us).UTC() }

// storedKey is an index key in its stored form. It is written as [attr, value, unique].
type storedKey struct {
	attr, value string
	unique      int
}

// storedKeys returns index keys in their stored form, each once.
func storedKeys(keys []scim.IndexKey) []storedKey {
	out := make([]storedKey, 0, len(keys))
	at := make(map[[2]string]int, len(keys))
	for _, k := range keys {
		s := storedKey{attr: k.Attr, value: valueOf(k.Value)}
		if k.Unique {
			s.unique = 1
		}
		name := [2]string{s.attr, s.value}
		if i, ok := at[name]; ok {
			out[i].unique |= s.unique
			continue
		}
		at[name] = len(out)
		out = append(out, s)
	}
	return out
}

// MarshalJSON implements json.Marshaler.
func (k storedKey) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{k.attr, k.value, k.unique})
}

// UnmarshalJSON implements json.Unmarshaler.
func (k *storedKey) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&k.attr, &k.value, &k.unique})
}
