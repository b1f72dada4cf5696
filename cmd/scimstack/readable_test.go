package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestReadableDatabase: serve warns of a file that every user can read, and of no other.
func TestReadableDatabase(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("its files have no such modes")
	}
	file := filepath.Join(t.TempDir(), "scim.db")
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true, 0o666: true} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		warnReadable("sqlite:"+file, slog.New(slog.NewJSONHandler(&out, nil)))
		if got := strings.Contains(out.String(), "chmod o-rwx"); got != want {
			t.Errorf("%v: %s", mode, &out)
		}
	}
	var out bytes.Buffer
	for _, place := range []string{"dynamodb", "sqlite:" + file + ".none", "postgres://h/" + file} {
		warnReadable(place, slog.New(slog.NewJSONHandler(&out, nil)))
	}
	if out.Len() > 0 {
		t.Error(&out)
	}
}
