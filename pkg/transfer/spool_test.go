package transfer

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSpoolFull: an error of a temporary file names it and TMPDIR, because the caller knows only the file that it writes.
func TestSpoolFull(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := newSpool("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	_ = s.file.Close() // writes fail as on a full disk
	err = s.add(ref{id: "x"}, make([]byte, 1<<17))
	if err == nil || !strings.Contains(err.Error(), "scimstack-transfer-") || !strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	if _, err = newSpool(""); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
	if _, err = newSpool(filepath.Join(t.TempDir(), "none")); err == nil || strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
}
