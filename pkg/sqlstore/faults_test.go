package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// rawSQLite opens a file with settings of the test's own.
func rawSQLite(t *testing.T, path string, pragmas ...string) *sql.DB {
	t.Helper()
	q := url.Values{"_pragma": append(pragmas, "journal_mode(WAL)")}
	db, err := sql.Open("sqlite", "file:"+path+"?"+q.Encode())
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// busy fails the test unless an error asks the client to come back, and names its cause for the log.
func busy(t *testing.T, what string, err error, cause string) {
	t.Helper()
	var b *scim.BusyError
	if !errors.As(err, &b) || b.RetryAfter <= 0 || !strings.Contains(fmt.Sprint(b.Cause), cause) {
		t.Errorf("%s: %v (%v), want a BusyError because of %q", what, err, errors.Unwrap(err), cause)
	}
	if e := scim.AsError(err); e.Status != 503 {
		t.Errorf("%s: status %d", what, e.Status)
	}
}

// TestLocked: while another process locks the file, writes are refused as busy and reads go on.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	d, err := sqlstore.New(t.Context(), rawSQLite(t, path, "busy_timeout(50)"), sqlstore.SQLite(), sqlstore.Options{})
	must(t, err)
	acme := tenantID(t, "acme")
	_, err = d.Store().Commit(t.Context(), acme, newUser(1, "u1", at))
	must(t, err)
	other, err := rawSQLite(t, path).Conn(t.Context())
	must(t, err)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	_, err = d.Store().Commit(t.Context(), acme, newUser(2, "u2", at))
	busy(t, "locked", err, "locked")
	_, err = d.Store().Get(t.Context(), acme, "User", userID(1))
	must(t, err)
	_, err = sqlstore.New(t.Context(), rawSQLite(t, path, "busy_timeout(50)"), sqlstore.SQLite(), sqlstore.Options{})
	if err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("a start: %v", err)
	}
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	_, err = d.Store().Commit(t.Context(), acme, newUser(2, "u2", at))
	must(t, err)
}

// TestFull: when the disk is full, a write is refused as a whole; what was acknowledged can be read, and
// writes go on when there is room.
func TestFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	d, err := sqlstore.New(t.Context(), rawSQLite(t, path, "max_page_count(120)"), sqlstore.SQLite(), sqlstore.Options{})
	must(t, err)
	s, acme, n := d.Store(), tenantID(t, "acme"), 0
	for ; n < 1000; n++ {
		c := newUser(n, fmt.Sprint("u", n), at)
		c.Put.Document = fmt.Appendf(nil, `{"schemas":[],"title":%q}`, strings.Repeat("x", 5000))
		if _, err = s.Commit(t.Context(), acme, c); err != nil {
			break
		}
	}
	busy(t, "full", err, "full")
	if n < 20 {
		t.Fatalf("full after %d writes", n)
	}
	list, err := s.List(t.Context(), acme, "User", scim.Page{Limit: 2000})
	if err != nil || len(list.Resources) != n || list.Total != n {
		t.Errorf("%d of %d users, total %d: %v", len(list.Resources), n, list.Total, err)
	}
	found, err := s.Lookup(t.Context(), acme, "User", scim.IndexKey{Attr: "userName", Value: fmt.Sprint("u", n)}, scim.Page{Limit: 1})
	if err != nil || found.Total != 0 {
		t.Errorf("a key of the refused write: %v %v", found, err)
	}
	_, err = s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: userID(0), If: scim.IfAny, Now: at, Remove: true})
	must(t, err)
	_, err = s.Commit(t.Context(), acme, newUser(n, "small", at))
	must(t, err)
}

// TestNewer: a database that a later version has used is not touched, and the error says what to do.
func TestNewer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
	must(t, err)
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE scim_schema SET version = 99`)
		return err
	}))
	must(t, d.Close())
	_, err = sqlite.Open(t.Context(), path, sqlstore.Options{})
	var newer *sqlstore.NewerSchemaError
	if !errors.As(err, &newer) || newer.Have != 99 || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "start that version") {
		t.Error(err)
	}
}

// TestStart: an error of the start names the file and the remedy.
func TestStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	must(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600))
	for path, want := range map[string]string{
		filepath.Join(dir, "none", "scim.db"): "create it first",
		text:                                  "not a SQLite database",
		dir:                                   "cannot be opened",
		":memory:":                            "not the name of a file",
		"":                                    "not the name of a file",
	} {
		if d, err := sqlite.Open(t.Context(), path, sqlstore.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v %v, want %q", path, d, err, want)
		}
	}
	for address, want := range map[string]string{
		"postgres://scim:secret@127.0.0.1:1/x": "is the server running",
		"not a url":                            "the form is",
	} {
		if d, err := postgres.Open(t.Context(), address, sqlstore.Options{}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v %v, want %q", address, d, err, want)
		}
	}
	if _, err := sqlstore.New(t.Context(), nil, sqlstore.SQLite(), sqlstore.Options{}); err == nil {
		t.Error("New without a database")
	}
}

// TestOddNames: names with characters that file names of a URL must escape.
func TestOddNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "a%20b.db", "a?b#c.db", "ä.db"} {
		path := filepath.Join(t.TempDir(), name)
		d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
		must(t, err)
		must(t, d.Close())
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// TestGone: while a server cannot be reached every call is refused as busy, and works again afterwards.
func TestGone(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(sqltest.SchemaURL(t))
	must(t, err)
	p := &proxy{to: u.Host}
	must(t, p.start("127.0.0.1:0"))
	u.Host = p.address
	d, err := postgres.Open(t.Context(), u.String(), sqlstore.Options{})
	must(t, err)
	defer func() { _ = d.Close() }()
	acme := tenantID(t, "acme")
	_, err = d.Store().Commit(t.Context(), acme, newUser(1, "u1", at))
	must(t, err)
	p.stop()
	for range 3 {
		_, err = d.Store().Get(t.Context(), acme, "User", userID(1))
		busy(t, "get", err, "")
		_, err = d.Store().Commit(t.Context(), acme, newUser(2, "u2", at))
		busy(t, "commit", err, "")
		busy(t, "ping", d.Ping(t.Context()), "")
	}
	must(t, p.start(p.address))
	defer p.stop()
	_, err = d.Store().Commit(t.Context(), acme, newUser(2, "u2", at))
	must(t, err)
	must(t, d.Ping(t.Context()))
}

// proxy forwards connections until it is stopped.
type proxy struct {
	to, address string
	mu          sync.Mutex
	open        []io.Closer
}

func (p *proxy) start(address string) error {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	p.address = l.Addr().String()
	p.keep(l)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			p.keep(in)
			p.keep(out)
			go func() { _, _ = io.Copy(in, out) }()
			go func() { _, _ = io.Copy(out, in) }()
		}
	}()
	return nil
}

func (p *proxy) keep(c io.Closer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, c)
}

func (p *proxy) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		_ = c.Close()
	}
	p.open = nil
}
