package poison_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/poison"
)

// TestBytes: all of a buffer is overwritten where poison is on, and nothing where it is off.
func TestBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, len(poison.Text), 1000} {
		was := bytes.Repeat([]byte("x"), size)
		b := bytes.Clone(was)[:size:size]
		poison.Bytes(b[:size/2])
		want := string(was)
		if poison.On {
			want = strings.Repeat(poison.Text, size/len(poison.Text)+1)[:size]
		}
		if string(b) != want {
			t.Errorf("%d bytes are %q", size, b)
		}
	}
}

// TestMap: so is a map.
func TestMap(t *testing.T) {
	t.Parallel()
	m := map[string]any{"a": 1}
	if poison.Map(m); poison.On != (m["a"] == nil && m[poison.Text] == poison.Text) {
		t.Error(m)
	}
}
