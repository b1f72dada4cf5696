// Command existing-table adds SCIM to an application that has users and roles already: a chi router, and
// tables that the application made long ago and keeps using.
package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/scim"
	scimschema "github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// schema are the tables of the application. SCIM needs the columns named scim, and the index.
const schema = `
CREATE TABLE IF NOT EXISTS users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, first_name TEXT, last_name TEXT, active BOOLEAN NOT NULL DEFAULT TRUE,
  created_at TIMESTAMP, updated_at TIMESTAMP, scim TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS users_user_name ON users (lower(email));
CREATE TABLE IF NOT EXISTS roles (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, scim TEXT);
CREATE TABLE IF NOT EXISTS user_roles (role_id INTEGER NOT NULL REFERENCES roles, user_id INTEGER NOT NULL REFERENCES users,
  PRIMARY KEY (role_id, user_id));
CREATE INDEX IF NOT EXISTS user_roles_user ON user_roles (user_id);`

// addSCIM makes the rows of the users table users of the tenant acme, and the roles its groups. It returns
// the service and a token.
func addSCIM(ctx context.Context, db *sql.DB, base, idp string) (*scimstack.Service, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	d, err := sqlstore.New(ctx, db, sqlstore.SQLite(), sqlstore.Options{})
	if err != nil {
		return nil, "", err
	}
	store, err := d.Map(ctx, sqlstore.Table("users",
		sqlstore.Column("email").To("userName"),
		sqlstore.Column("first_name").To("name.givenName"),
		sqlstore.Column("last_name").To("name.familyName"),
		sqlstore.Column("active").To("active").Default(true),
	).Serial("id").Tenant(acme).Times("created_at", "updated_at").Rest("scim"), sqlstore.Table("roles",
		sqlstore.Column("name").To("displayName"),
	).Type(scimschema.GroupType()).Serial("id").Tenant(acme).Rest("scim").
		Members(sqlstore.MemberTable("user_roles").Group("role_id").Member("user_id")))
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	if err := d.Tenants().Create(ctx, tenant.Settings{ID: acme, IdP: idp}); err != nil {
		return nil, "", err
	}
	if err := d.Tenants().AddToken(ctx, acme, kept); err != nil {
		return nil, "", err
	}
	service, err := scimstack.New(scimstack.Config{Store: store, Tenants: d.Tenants(), PublicBase: base, Ready: d.Ping})
	return service, token, err
}

// routes are the application's own pages, with SCIM beside them.
func routes(db *sql.DB, service http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Get("/people", func(w http.ResponseWriter, r *http.Request) {
		rows, err := db.QueryContext(r.Context(), `SELECT email FROM users WHERE active ORDER BY email`)
		if err != nil {
			http.Error(w, "no people", http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		people := []string{}
		for rows.Next() {
			var email string
			if rows.Scan(&email) == nil {
				people = append(people, email)
			}
		}
		if rows.Err() == nil {
			_ = json.NewEncoder(w).Encode(people)
		}
	})
	r.Mount("/scim/v2", service)
	r.Mount("/activity", service) // the provisioning log, for scimstack log
	return r
}

func main() {
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8088")
	ctx := context.Background()
	db, err := sqlite.OpenDB("app.db")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		log.Fatal(err)
	}
	service, token, err := addSCIM(ctx, db, "http://"+addr+"/scim/v2", "okta")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: routes(db, service), ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}
