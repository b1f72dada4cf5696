package suite

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Play runs every transcript of an archive as a parallel sub-test, each against a service of its
// own over a new store.
func Play(t *testing.T, file string, newStore func(*testing.T) scim.Store) {
	t.Helper()
	PlayOn(t, file, inProcessOver(newStore))
}

// PlayOn is Play against services of any kind.
func PlayOn(t *testing.T, file string, start func(*testing.T) Service) {
	t.Helper()
	archive := parse(t, file)
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			newPlayer(t, file, start(t)).play(strings.Split(string(f.Data), "\n"))
		})
	}
}

// Update runs every transcript of an archive as Play does, and writes the file anew with the status
// codes and literal values of the actual responses. Assertions without a literal value still fail
// the test; a transcript that fails is left as it was. The file is written after all sub-tests.
func Update(t *testing.T, file string, newStore func(*testing.T) scim.Store) {
	t.Helper()
	start, archive := inProcessOver(newStore), parse(t, file)
	t.Cleanup(func() {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Error(err)
		}
	})
	for i := range archive.Files {
		f := &archive.Files[i]
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			p := newPlayer(t, file, start(t))
			p.update = true
			lines := strings.Split(string(f.Data), "\n")
			p.play(lines) // ends the test on a failure
			f.Data = []byte(strings.Join(lines, "\n"))
		})
	}
}

func inProcessOver(newStore func(*testing.T) scim.Store) func(*testing.T) Service {
	return func(t *testing.T) Service { return inProcess{apptest.Start(t, newStore(t))} }
}

func parse(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func newPlayer(t *testing.T, file string, s Service) *player {
	// A transport of its own: each httptest.Server that closes takes the idle connections of the default one away from others.
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := &player{t: t, server: s, transport: transport, folder: filepath.Dir(file), vars: map[string]string{}, bodies: map[string]any{}, tenants: map[string]login{}}
	p.tenant([]string{"acme"})
	return p
}
