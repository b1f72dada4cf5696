package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestPrivate: whichever way a database is opened, others cannot read a file that is made for it, also at the end of links,
// nor the files beside it. A file that is there keeps its mode.
func TestPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("its files have no such modes")
	}
	store := func(path string) error {
		d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
		if err == nil {
			t.Cleanup(func() { _ = d.Close() })
		}
		return err
	}
	plain := func(path string) error {
		db, err := sqlite.OpenDB(path)
		if err == nil {
			t.Cleanup(func() { _ = db.Close() })
			_, err = db.ExecContext(t.Context(), "CREATE TABLE users (id INTEGER)")
		}
		return err
	}
	for name, open := range map[string]func(path string) error{"Open": store, "OpenDB": plain} {
		dir := t.TempDir()
		link := filepath.Join(dir, "link.db")
		shared := filepath.Join(dir, "shared.db")
		for _, err := range []error{
			os.Symlink("second.db", link), os.Symlink(filepath.Join(dir, "far.db"), filepath.Join(dir, "second.db")),
			os.WriteFile(shared, nil, 0o600), os.Chmod(shared, 0o640),
			open(filepath.Join(dir, "scim.db")), open(link), open(shared),
		} {
			if err != nil {
				t.Fatal(name, err)
			}
		}
		for file, want := range map[string]os.FileMode{"scim.db": 0o600, "far.db": 0o600, "shared.db": 0o640} {
			for _, beside := range []string{"", "-wal", "-shm"} {
				info, err := os.Stat(filepath.Join(dir, file+beside))
				if err != nil || info.Mode().Perm() != want {
					t.Errorf("%s: %s%s: %v, %v; want %v", name, file, beside, info, err, want)
				}
			}
		}
	}
}
