package sqlstore_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// A service with all of its data in one file: the second start finds what the first one wrote.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "scim.db")

	handler, db, token := serve(file, "")
	fmt.Println(post(handler, token, `{"userName":"ann@example.com"}`))
	_ = db.Close()

	handler, db, _ = serve(file, token)
	fmt.Println(post(handler, token, `{"userName":"ann@example.com"}`))
	_ = db.Close()
	// Output:
	// 201
	// 409
}

// serve opens the file. Without a token it makes the tenant acme, and a token for it.
func serve(file, token string) (http.Handler, *sqlstore.Database, string) {
	ctx, base := context.Background(), "https://scim.example.com/scim/v2"
	db, err := sqlite.Open(ctx, file, sqlstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if token == "" {
		acme, _ := scim.ParseTenantID("acme")
		text, kept := tenant.NewToken(acme, scim.All)
		if err := db.Tenants().Create(ctx, tenant.Settings{ID: acme, IdP: "okta"}); err != nil {
			log.Fatal(err)
		}
		if err := db.Tenants().AddToken(ctx, acme, kept); err != nil {
			log.Fatal(err)
		}
		token = text
	}
	provider := engine.New(db.Store(), engine.Options{PublicBase: base, Hash: tenant.HashPassword})
	handler, err := httpapi.NewHandler(provider, httpapi.Options{
		PublicBase: base, Prefix: "/scim/v2", Normalise: dialect.Standard().Normalise, Recognise: dialect.Recognise,
		Authenticator: tenant.NewAuthenticator(db.Tenants(), tenant.Options{Active: tenant.ActiveIn(db.Store())}),
	})
	if err != nil {
		log.Fatal(err)
	}
	return handler, db, token
}

// The users table of an application, which knows nothing of SCIM but one column.
func ExampleTable() {
	ctx, db, done := applicationDB()
	defer done()
	acme, _ := scim.ParseTenantID("acme")
	store, err := db.Map(ctx, sqlstore.Table("users",
		sqlstore.Column("email").To("userName", `emails[type eq "work"].value`),
		sqlstore.Column("first_name").To("name.givenName"),
		sqlstore.Column("last_name").To("name.familyName"),
		sqlstore.Column("active").To("active").Default(true),
	).Serial("id").Tenant(acme).Times("created_at", "updated_at").Rest("scim"))
	if err != nil {
		log.Fatal(err)
	}
	key := scim.IndexKey{Attr: "userName", Value: "ann@example.com"}
	found, err := store.Lookup(ctx, acme, "User", key, scim.Page{Limit: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Resources[0].ID)
	fmt.Println(string(found.Resources[0].Document))
	// Output:
	// a1
	// {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ann@example.com","name":{"familyName":"Lee","givenName":"Ann"},"active":true,"emails":[{"value":"Ann@example.com","type":"work"}]}
}

// The roles of the application as groups, with its own table of memberships.
func ExampleTableMap_Members() {
	ctx, db, done := applicationDB()
	defer done()
	acme, _ := scim.ParseTenantID("acme")
	users := sqlstore.Table("users", sqlstore.Column("email").To("userName")).Serial("id").Tenant(acme).Rest("scim")
	store, err := db.Map(ctx, users, sqlstore.Table("roles",
		sqlstore.Column("name").To("displayName"),
	).Type(schema.GroupType()).Serial("id").Tenant(acme).Rest("scim").
		Members(sqlstore.MemberTable("user_roles").Group("role_id").Member("user_id")))
	if err != nil {
		log.Fatal(err)
	}
	found, err := store.Members(ctx, acme, "group-a1", scim.Page{Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Members)
	// Output:
	// [{a1 User Ann@example.com}]
}

// post creates a user and returns the status.
func post(h http.Handler, token, body string) int {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/scim/v2/acme/Users", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// applicationDB is a database with a row that the application has inserted.
func applicationDB() (context.Context, *sqlstore.Database, func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "app.db"), sqlstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	err = db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, first_name TEXT,
last_name TEXT, active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMP, updated_at TIMESTAMP, scim TEXT)`)
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO users (email, first_name, last_name) VALUES ('Ann@example.com', 'Ann', 'Lee')`)
		}
		for _, statement := range []string{`CREATE TABLE roles (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, scim TEXT)`, `INSERT INTO roles (name) VALUES ('admin')`,
			`CREATE TABLE user_roles (role_id INTEGER NOT NULL, user_id INTEGER NOT NULL)`, `INSERT INTO user_roles VALUES (1, 1)`} {
			if err == nil {
				_, err = tx.Exec(ctx, statement)
			}
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	return ctx, db, func() { _ = db.Close(); _ = os.RemoveAll(dir) }
}
