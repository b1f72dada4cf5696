package sqltest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// postgresVariable names a server: a URL of a database in which the tests make schemas.
const postgresVariable = "SCIMSTACK_POSTGRES"

// server is the Postgres of this process, started by the first test that needs it.
var server struct {
	once    sync.Once
	url     string
	missing string // why there is none
	stop    func()
	schemas atomic.Int64
}

// Main runs the tests of a package, stops the server, calls what is to happen at the end, and ends the process; call it
// in TestMain.
func Main(m *testing.M, end ...func()) {
	code := m.Run()
	for _, f := range end {
		f()
	}
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// Each runs a test with an empty database of each kind.
func Each(t *testing.T, run func(*testing.T, *sqlstore.Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); run(t, Postgres(t)) })
}

// SQLite opens an empty file.
func SQLite(t testing.TB) *sqlstore.Database {
	t.Helper()
	d, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Postgres opens an empty schema, or skips the test and says why.
func Postgres(t testing.TB) *sqlstore.Database {
	t.Helper()
	d, err := postgres.Open(t.Context(), SchemaURL(t), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// NeedPostgres skips the test if there is no Postgres, and says why.
func NeedPostgres(t testing.TB) {
	t.Helper()
	server.once.Do(func() {
		if server.url = os.Getenv(postgresVariable); server.url == "" {
			server.url, server.stop, server.missing = startPostgres()
		}
	})
	if server.missing != "" {
		t.Skip("no Postgres: " + server.missing)
	}
}

// SchemaURL makes an empty schema and returns its URL, or skips the test and says why.
func SchemaURL(t testing.TB) string {
	t.Helper()
	NeedPostgres(t)
	u, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), server.schemas.Add(1))
	db, err := postgres.OpenDB(u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
