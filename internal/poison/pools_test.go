package poison_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clean are files with a pool that need no poison, and why.
var clean = map[string]string{
	"pkg/lambdahttp/handler.go": "writers of gzip, of which none finds what it has compressed before once it is reset",
	"pkg/scim/engine/patch.go":  "what a PATCH works in is emptied; the maps and lists of it have poison of their own",
}

// TestPools: what reuses memory by a pool overwrites it when it comes back.
func TestPools(t *testing.T) {
	t.Parallel()
	found := 0
	for _, dir := range []string{"pkg", "internal", "cmd"} {
		err := filepath.WalkDir("../../"+dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(source, []byte("sync.Pool")) {
				return err
			}
			found++
			if name := filepath.ToSlash(path)[len("../../"):]; clean[name] == "" && !bytes.Contains(source, []byte("poison.")) {
				t.Errorf("%s has a pool; overwrite what comes back to it (poison.Bytes), or say in clean why that is not needed", name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 6 {
		t.Errorf("only %d pools are found", found)
	}
}
