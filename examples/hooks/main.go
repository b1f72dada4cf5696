// Command hooks keeps the accounts, sessions and roles of an application in step with SCIM: hooks make
// an account for every new user, end the sessions of leavers, and follow who joins and leaves a group.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// account is a user of the application.
type account struct {
	Email    string
	Sessions []string
	Roles    map[string]bool
	Disabled bool
}

// application has one account for each user, by the user's SCIM id.
type application struct {
	seats    int
	mu       sync.Mutex
	accounts map[string]*account
}

// user is what the application reads of a user.
type user struct {
	UserName    string `json:"userName"`
	DisplayName string `json:"displayName"`
}

// before decides about a change before it is written: it may refuse it, or complete the resource. It has
// no other effect, since it may be called again after a lost race, and in rehearsals.
func (app *application) before(_ context.Context, e *scim.Event) error {
	if !e.Type.IsUser() || e.Deleted() {
		return nil
	}
	var u user
	if err := json.Unmarshal(e.After.Document, &u); err != nil {
		return err // logged with its cause, and answered 500 with an error id
	}
	if !strings.HasSuffix(u.UserName, "@example.com") {
		return scim.Refuse(http.StatusBadRequest, scim.InvalidValue, "userName must be an address of example.com")
	}
	if e.Activated() && app.active() >= app.seats {
		return scim.Refuse(http.StatusForbidden, "", "all seats are taken; deactivate a user or buy more seats")
	}
	if u.DisplayName == "" {
		name, _, _ := strings.Cut(u.UserName, "@")
		return e.Edit(func(attributes map[string]any) { attributes["displayName"] = name })
	}
	return nil
}

func (app *application) active() (n int) {
	app.mu.Lock()
	defer app.mu.Unlock()
	for _, a := range app.accounts {
		if !a.Disabled {
			n++
		}
	}
	return n
}

// after follows a change that was written. It is quick, because the client waits.
func (app *application) after(ctx context.Context, e *scim.Event) {
	app.mu.Lock()
	defer app.mu.Unlock()
	if e.Type.IsGroup() {
		app.roles(e)
		return
	}
	a := app.accounts[e.ID()]
	if a == nil {
		a = &account{Roles: map[string]bool{}}
		app.accounts[e.ID()] = a
	}
	var u user
	_ = json.Unmarshal(e.Resource().Document, &u) // before has read it
	a.Email, a.Disabled = u.UserName, !e.After.Active()
	if e.Deactivated() { // deleted users too
		caller := scim.CallerFrom(ctx)
		slog.InfoContext(ctx, "sessions end", "user", e.ID(), "sessions", len(a.Sessions), "token", caller.TokenID(), "request", caller.RequestID, "agent", caller.Agent)
		a.Sessions = nil
	}
	if e.Deleted() {
		delete(app.accounts, e.ID())
	}
}

// roles follows the members of a group, whatever made them join or leave.
func (app *application) roles(e *scim.Event) {
	for _, m := range e.Joined {
		if a := app.accounts[m.ID]; a != nil {
			a.Roles[e.ID()] = true
		}
	}
	for _, m := range e.Left {
		if a := app.accounts[m.ID]; a != nil {
			delete(a.Roles, e.ID())
		}
	}
}

// service returns the handler with the hooks of an application, and a token of the tenant acme.
func service(base string, app *application) (*scimstack.Service, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{kept}})
	s, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: base,
		Before: []scim.BeforeHook{app.before}, After: []scim.AfterHook{app.after},
	})
	return s, token, err
}

func main() {
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8087")
	handler, token, err := service("http://"+addr+"/scim/v2", &application{seats: 10, accounts: map[string]*account{}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}
