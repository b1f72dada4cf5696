package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// serve starts the application with an empty table.
func serve(t *testing.T, idp string) (db *sql.DB, url, token string) {
	t.Helper()
	db, err := sqlite.OpenDB(filepath.Join(t.TempDir(), "app.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	service, token, err := addSCIM(t.Context(), db, server.URL+"/scim/v2", idp)
	if err != nil {
		t.Fatal(err)
	}
	handler = routes(db, service)
	t.Cleanup(func() {
		server.Close()
		_ = service.Close(context.WithoutCancel(t.Context()))
		_ = db.Close()
	})
	return db, server.URL, token
}

// TestPeople: a user of the application is one of SCIM, and the other way round.
func TestPeople(t *testing.T) {
	t.Parallel()
	db, url, token := serve(t, "")
	if _, err := db.ExecContext(t.Context(), `INSERT INTO users (email, first_name) VALUES ('ann@example.com', 'Ann')`); err != nil {
		t.Fatal(err)
	}
	c := apptest.Client{Base: url, Token: token}
	send := func(method, path, body string) (int, string) { t.Helper(); return c.Send(t, method, path, body) }
	if status, text := send("GET", `/scim/v2/acme/Users?filter=userName+eq+%22Ann@example.com%22`, ""); status != 200 || !strings.Contains(text, `"givenName":"Ann"`) {
		t.Error(status, text)
	}
	if status, text := send("POST", "/scim/v2/acme/Users", `{"userName":"bob@example.com","nickName":"Bob"}`); status != 201 || !strings.Contains(text, `"nickName":"Bob"`) {
		t.Error(status, text)
	}
	var people []string
	if _, text := send("GET", "/people", ""); json.Unmarshal([]byte(text), &people) != nil || !slices.Equal(people, []string{"ann@example.com", "bob@example.com"}) {
		t.Error(text)
	}
}

// TestRoles: a group of SCIM is a role of the application, with its members.
func TestRoles(t *testing.T) {
	t.Parallel()
	db, url, token := serve(t, "")
	for _, statement := range []string{`INSERT INTO users (email) VALUES ('ann@example.com'), ('bob@example.com')`, `INSERT INTO roles (name) VALUES ('admin')`} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	c := apptest.Client{Base: url + "/scim/v2/acme", Token: token}
	if status, text := c.Send(t, "PATCH", "/Groups/group-a1", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
"Operations":[{"op":"add","path":"members","value":[{"value":"a2"}]}]}`); status != 204 {
		t.Error(status, text)
	}
	var admin string
	if err := db.QueryRowContext(t.Context(), `SELECT email FROM user_roles JOIN users ON user_id = users.id WHERE role_id = 1`).Scan(&admin); err != nil || admin != "bob@example.com" {
		t.Error(admin, err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO user_roles (role_id, user_id) VALUES (1, 1)`); err != nil {
		t.Fatal(err)
	}
	if _, text := c.Send(t, "GET", "/Users/a1", ""); !strings.Contains(text, `"display":"admin"`) {
		t.Error(text)
	}
}

// TestTraffic: recorded traffic of Okta and Entra ID is answered as by the store of scimstack's own.
func TestTraffic(t *testing.T) {
	t.Parallel()
	for _, idp := range []string{"okta", "entra"} {
		scenarios, err := replay.Load("../../testdata/idp-corpus/" + idp + ".json")
		if err != nil || len(scenarios) == 0 {
			t.Fatal(len(scenarios), err)
		}
		for _, s := range scenarios {
			_, url, token := serve(t, s.Profile)
			if err := replay.Run(t.Context(), replay.Target{Base: url + "/scim/v2/acme", Token: token}, s); err != nil {
				t.Errorf("%s: %v", s.ID, err)
			}
		}
	}
}

// TestDemo: the simulated Okta and Entra ID provision it, as scimstack demo does.
func TestDemo(t *testing.T) {
	t.Parallel()
	report, err := demo.Run(t.Context(), demo.Options{
		IdPs: []string{"okta", "entra"}, Seed: 3,
		Target: func(idp string) (demo.Target, error) {
			_, url, token := serve(t, idp)
			return demo.Target{Base: url + "/scim/v2/acme", Token: token}, nil
		},
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if report.Write(&text); report.Failed() > 0 || len(report.Steps) == 0 {
		t.Error(text.String())
	}
}

// TestWiring: what SCIM needs of the application stays short.
func TestWiring(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "func addSCIM")
	body, _, _ := strings.Cut(rest, "\n}\n")
	if n := strings.Count(body, "\n"); n >= 60 {
		t.Errorf("%d lines", n)
	}
}
