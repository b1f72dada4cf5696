package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestTakenAway: while the name of the file leads to no file, or to another one, nothing is written and the readiness check
// says why: a change that was acknowledged would be lost.
func TestTakenAway(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(path string) error{
		"deleted": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", nil, 0o600), os.Rename(path+".new", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "scim.db")
			d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			write := func() error { return d.Transaction(t.Context(), func(*sqlstore.Tx) error { return nil }) }
			if err := errors.Join(write(), d.Ping(t.Context())); err != nil {
				t.Fatal(err)
			}
			if err := take(path); err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{write(), d.Ping(t.Context())} {
				if busy := (*scim.BusyError)(nil); !errors.As(err, &busy) || !strings.Contains(err.Error(), path) {
					t.Error(err)
				}
			}
			if name == "moved" {
				if err := errors.Join(os.Rename(path+".old", path), write(), d.Ping(t.Context())); err != nil {
					t.Error("after it came back:", err)
				}
			}
		})
	}
	asked := errors.New("asked")
	d, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	var refuse error
	if d, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), sqlstore.Options{Usable: func() error { return refuse }}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if refuse = asked; !errors.Is(d.Ping(t.Context()), asked) {
		t.Error("the check of the caller is not asked")
	}
}
