package sqlstore_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
)

// postgresVariable names a server for the tests: a URL of a database in which they make schemas.
const postgresVariable = "SCIMSTACK_POSTGRES"

// server is the Postgres of this run, started by the first test that needs it.
var server struct {
	once    sync.Once
	url     string
	missing string // why there is none
	stop    func()
	schemas atomic.Int64
}

func TestMain(m *testing.M) {
	if child() {
		return
	}
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// serverURL returns the URL of a Postgres, or skips the test and says why.
func serverURL(t *testing.T) string {
	t.Helper()
	server.once.Do(func() {
		if server.url = os.Getenv(postgresVariable); server.url == "" {
			server.url, server.stop, server.missing = startPostgres()
		}
	})
	if server.missing != "" {
		t.Skip("no Postgres: " + server.missing)
	}
	return server.url
}

// openPostgres opens an empty schema of its own.
func openPostgres(t *testing.T) *sqlstore.Database {
	t.Helper()
	d, err := postgres.Open(t.Context(), schemaURL(t), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// schemaURL makes an empty schema and returns its URL.
func schemaURL(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(serverURL(t))
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

// startPostgres starts a server on loopback in a temporary folder, as user postgres if the tests are run
// by root, whom the server refuses.
func startPostgres() (address string, stop func(), missing string) {
	bin := binaries()
	if bin == "" {
		return "", nil, "there is no pg_ctl; install it (apt-get install postgresql) or set " + postgresVariable
	}
	dir, err := os.MkdirTemp("", "scimstack-postgres-")
	if err != nil {
		return "", nil, err.Error()
	}
	remove := func() { _ = os.RemoveAll(dir) }
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			remove()
			return "", nil, "run by root, and there is no user postgres"
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		_ = os.Chown(dir, uid, gid)
	}
	run := func(name string, args ...string) error {
		cmd := exec.CommandContext(context.Background(), filepath.Join(bin, name), args...)
		cmd.SysProcAttr, cmd.Dir = as, dir
		log, err := os.Create(filepath.Join(dir, name+".out"))
		if err != nil {
			return err
		}
		defer func() { _ = log.Close() }()
		cmd.Stdout, cmd.Stderr = log, log
		return cmd.Run()
	}
	port := freePort()
	data := filepath.Join(dir, "data")
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c max_connections=400 -c fsync=off", port, dir)
	err = run("initdb", "-D", data, "-U", "scim", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	if err == nil {
		err = run("pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "-l", filepath.Join(dir, "log"), "start")
	}
	if err != nil {
		remove()
		return "", nil, "the server does not start: " + err.Error()
	}
	return fmt.Sprintf("postgres://scim@127.0.0.1:%d/postgres?sslmode=disable", port), func() {
		_ = run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
		remove()
	}, ""
}

// binaries is the folder of the newest server, "" if there is none.
func binaries() string {
	if p, err := exec.LookPath("pg_ctl"); err == nil {
		return filepath.Dir(p)
	}
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	slices.SortFunc(all, func(a, b string) int { return len(a) - len(b) + 2*strings.Compare(a, b) })
	if len(all) == 0 {
		return ""
	}
	return filepath.Dir(all[len(all)-1])
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of a test
	if err != nil {
		return 0
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// TestPostgres: the store keeps the contract of scim.Store.
func TestPostgres(t *testing.T) {
	t.Parallel()
	serverURL(t)
	conformance(t, func(t *testing.T) scim.Store { t.Helper(); return openPostgres(t).Store() })
}
