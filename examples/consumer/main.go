// Command consumer keeps the table of users of an application, and its sessions, in step with SCIM, by the
// feed of changes: nothing is lost when the process is killed, and what is handled twice comes out the same.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"iter"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// application has the tables of a product that knows nothing of SCIM.
type application struct{ db *sql.DB }

func openApplication(ctx context.Context, path string) (*application, error) {
	db, err := sqlite.OpenDB(path)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `
CREATE TABLE IF NOT EXISTS users (org TEXT, id TEXT, email TEXT, name TEXT, active BOOLEAN, seen INTEGER, PRIMARY KEY (org, id));
CREATE TABLE IF NOT EXISTS roles (org TEXT, user TEXT, role TEXT, PRIMARY KEY (org, user, role));
CREATE TABLE IF NOT EXISTS sessions (org TEXT, user TEXT, token TEXT);`)
	return &application{db}, err
}

// handle makes the application what a fact says. Each statement comes out the same the second time.
func (a *application) handle(ctx context.Context, f feed.Fact) error {
	do := func(statement string, args ...any) error {
		_, err := a.db.ExecContext(ctx, statement, append([]any{f.Tenant}, args...)...)
		return err
	}
	switch f.Type {
	case feed.UserCreated, feed.UserUpdated, feed.UserReactivated, feed.UserDeactivated, feed.UserSnapshot:
		err := do(`INSERT INTO users (org, id, email, name, active, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (org, id)
DO UPDATE SET email = excluded.email, name = excluded.name, active = excluded.active, seen = excluded.seen`,
			f.User.ID, f.User.Email, f.User.Name, f.User.Active, f.Seq)
		if err == nil && !f.User.Active {
			err = do(`DELETE FROM sessions WHERE org = ?1 AND user = ?2`, f.User.ID)
		}
		return err
	case feed.UserDeleted:
		return errors.Join(do(`DELETE FROM sessions WHERE org = ?1 AND user = ?2`, f.User.ID), do(`DELETE FROM users WHERE org = ?1 AND id = ?2`, f.User.ID))
	case feed.MembershipAdded, feed.MembershipSnapshot:
		return do(`INSERT INTO roles (org, user, role) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`, f.Member.ID, f.Group.ID)
	case feed.MembershipRemoved:
		return do(`DELETE FROM roles WHERE org = ?1 AND user = ?2 AND role = ?3`, f.Member.ID, f.Group.ID)
	}
	return nil // of a group, this application needs the members only
}

// anew makes the application what a snapshot says: at the first start, and after a month of absence.
func (a *application) anew(ctx context.Context, t scim.TenantID, all iter.Seq2[feed.Fact, error]) error {
	if _, err := a.db.ExecContext(ctx, `DELETE FROM roles WHERE org = ?1`, t.String()); err != nil {
		return err
	}
	if _, err := a.db.ExecContext(ctx, `UPDATE users SET seen = -1 WHERE org = ?1`, t.String()); err != nil {
		return err
	}
	for f, err := range all {
		if err == nil {
			err = a.handle(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	_, err := a.db.ExecContext(ctx, `DELETE FROM sessions WHERE org = ?1 AND user IN (SELECT id FROM users WHERE org = ?1 AND seen = -1)`, t.String())
	if err == nil {
		_, err = a.db.ExecContext(ctx, `DELETE FROM users WHERE org = ?1 AND seen = -1`, t.String())
	}
	return err
}

// run serves SCIM and follows its feed until the process ends. ready is called with the base URL, and a
// token if the tenant is new.
func run(ctx context.Context, dir, addr string, ready func(base, token string)) error {
	d, err := sqlite.Open(ctx, filepath.Join(dir, "scim.db"), sqlstore.Options{})
	if err != nil {
		return err
	}
	app, err := openApplication(ctx, filepath.Join(dir, "app.db"))
	if err != nil {
		return err
	}
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return err
	}
	token := ""
	if d.Tenants().Create(ctx, tenant.Settings{ID: acme, IdP: "okta"}) == nil {
		text, kept := tenant.NewToken(acme, scim.All)
		if err := d.Tenants().AddToken(ctx, acme, kept); err != nil {
			return err
		}
		token = text
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String() + scimstack.Prefix
	service, err := scimstack.New(scimstack.Config{Store: d.Store(), Tenants: d.Tenants(), PublicBase: base})
	if err != nil {
		return err
	}
	consumer := feed.Consumer{
		Source: service.Feed(), Positions: sqlfeed.New(d, nil), Name: "application", Handle: app.handle, Anew: app.anew,
		Tenants: func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{acme}, nil },
		Lease:   3 * time.Second, // for a single process that restarts quickly
	}
	go func() { log.Fatal(consumer.Run(ctx)) }()
	ready(base, token)
	return (&http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second}).Serve(listener)
}

func main() {
	dir := flag.String("dir", ".", "folder of the databases")
	flag.Parse()
	log.Fatal(run(context.Background(), *dir, "127.0.0.1:8089", func(base, token string) { fmt.Println(base+"/acme", token) }))
}
