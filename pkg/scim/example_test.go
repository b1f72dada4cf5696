package scim_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// frozen is a Store of one's own: it embeds another one and refuses writes while the database is
// being moved. A store for another database implements the same seven methods; package storetest
// checks it.
type frozen struct{ scim.Store }

func (frozen) Commit(context.Context, scim.TenantID, scim.Change) (*scim.Resource, error) {
	return nil, &scim.BusyError{} // 503 with Retry-After
}

func ExampleStore() {
	provider := engine.New(frozen{memory.New()}, engine.Options{})
	_, err := provider.Create(context.Background(), users(), map[string]any{"userName": "ann"}, scim.Projection{})
	fmt.Println(scim.AsError(err).Status, scim.AsError(err).Detail)
	// Output: 503 the service is busy; try again later
}

// staff is a Provider of one's own: employees of an application, read through SCIM. It embeds the
// interface, so that what it does not implement need not be written out.
type staff struct {
	scim.Provider
	names map[string]string
}

func (s staff) Get(_ context.Context, at scim.Target, _ scim.Projection) (*scim.Result, error) {
	name, ok := s.names[at.ID]
	if !ok {
		return nil, scim.ErrNotFound // 404
	}
	body := fmt.Sprintf(`{"schemas":[%q],"id":%q,"userName":%q}`, at.Type.Schema.ID, at.ID, name)
	return &scim.Result{ID: at.ID, Version: 1, Body: []byte(body)}, nil
}

func ExampleProvider() {
	var provider scim.Provider = staff{names: map[string]string{"7": "ann"}}
	found, err := provider.Get(context.Background(), users().Of("7"), scim.Projection{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(found.Body), `"userName":"ann"`))
	_, err = provider.Get(context.Background(), users().Of("8"), scim.Projection{})
	fmt.Println(scim.AsError(err))
	// Output:
	// true
	// 404: resource not found
}

// users is the target of operations on users of the tenant acme.
func users() scim.Target {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		log.Fatal(err)
	}
	return scim.Target{Tenant: acme, Type: schema.UserType()}
}
