package sealed_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sealed"
)

func TestBox(t *testing.T) {
	t.Parallel()
	key := [32]byte{1}
	box := sealed.New(key, "test 1")
	for _, plain := range []string{"", "x", strings.Repeat("long ", 1000)} {
		s := box.Seal([]byte(plain), []byte("bound"))
		if len(s) != sealed.Len(len(plain)) {
			t.Errorf("%d characters, not %d", len(s), sealed.Len(len(plain)))
		}
		got, err := sealed.New(key, "test 1").Open(s, []byte("bound"))
		if err != nil || !bytes.Equal(got, []byte(plain)) {
			t.Errorf("%q: %q %v", plain, got, err)
		}
		if again := box.Seal([]byte(plain), []byte("bound")); again == s {
			t.Error("equal values look equal")
		}
	}
}

// TestRefused: nothing but the sealed value itself opens, and only where it belongs.
func TestRefused(t *testing.T) {
	t.Parallel()
	key := [32]byte{1}
	box := sealed.New(key, "test 1")
	s := box.Seal([]byte("plain"), []byte("bound"))
	for name, open := range map[string]func() ([]byte, error){
		"other key":     func() ([]byte, error) { return sealed.New([32]byte{2}, "test 1").Open(s, []byte("bound")) },
		"other purpose": func() ([]byte, error) { return sealed.New(key, "test 2").Open(s, []byte("bound")) },
		"other bound":   func() ([]byte, error) { return box.Open(s, []byte("bounds")) },
		"empty":         func() ([]byte, error) { return box.Open("", []byte("bound")) },
		"too short":     func() ([]byte, error) { return box.Open("AAAA", []byte("bound")) },
		"padded":        func() ([]byte, error) { return box.Open(s+"=", []byte("bound")) },
		"a line break":  func() ([]byte, error) { return box.Open(s+"\n", []byte("bound")) },
	} {
		if got, err := open(); !errors.Is(err, sealed.ErrOpen) || got != nil {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	for i := range s {
		altered := []byte(s)
		altered[i] = 'A'
		if altered[i] == s[i] {
			altered[i] = 'B'
		}
		if _, err := box.Open(string(altered), []byte("bound")); !errors.Is(err, sealed.ErrOpen) {
			t.Errorf("character %d altered: %v", i, err)
		}
	}
}
