// Command custom-provider serves SCIM from an application's own data, here a map: users and groups,
// with filters, sort orders, cursors, ETags, PATCH and Bulk.
package main

import (
	"context"
	"fmt"
	"iter"
	"log"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func main() {
	const addr = "127.0.0.1:8086"
	handler, token := service("http://"+addr+"/scim/v2", "")
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}

// service returns the handler, and a token of the tenant acme.
func service(base, idp string) (handler http.Handler, token string) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: idp}, Tokens: []tenant.Token{kept}})
	rules := engine.NewRules(engine.Options{PublicBase: base})
	provider := rules.Over(&directory{Rules: rules, rows: map[key]engine.Row{}})
	handler, err = scimstack.New(scimstack.Config{Provider: provider, Tenants: tenants, PublicBase: base})
	if err != nil {
		log.Fatal(err)
	}
	return handler, token
}

// key is where a row is kept.
type key struct {
	tenant scim.TenantID
	scim.Ref
}

func of(at scim.Target) key { return key{at.Tenant.ID, at.Ref()} }

// directory is the data of the application: users and groups of all tenants. A row has the attributes
// as SCIM names them; an application with columns converts them here.
type directory struct {
	*engine.Rules
	mu   sync.Mutex // the transaction of this database
	rows map[key]engine.Row
}

// read is a row with what is computed: the names of its members, and its groups.
func (d *directory) read(at scim.Target) (engine.Row, error) {
	row, ok := d.rows[of(at)]
	if !ok {
		return row, scim.ErrNotFound
	}
	row.Members = slices.Clone(row.Members)
	for i, m := range row.Members {
		row.Members[i].Display = d.rows[key{at.Tenant.ID, scim.Ref{Type: m.Type, ID: m.ID}}].Name()
	}
	row.Groups = d.Groups(at.Tenant, at.ID, func(id string) (groups []engine.Row) {
		for k, row := range d.rows {
			if k.tenant == at.Tenant.ID && row.HasMember(id) {
				groups = append(groups, row)
			}
		}
		return groups
	})
	return row, nil
}

func (d *directory) Row(_ context.Context, at scim.Target) (engine.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read(at)
}

func (d *directory) All(_ context.Context, want engine.Want) iter.Seq2[engine.Row, error] {
	return func(yield func(engine.Row, error) bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for k, row := range d.rows {
			if of(want.Of(k.ID)) == k && d.Wanted(want, row) && !yield(d.read(want.Of(k.ID))) {
				return
			}
		}
	}
}

func (d *directory) Find(_ context.Context, t *scim.Tenant, typ string, ids []string) (found []scim.Member, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		if row, ok := d.rows[key{t.ID, scim.Ref{Type: typ, ID: id}}]; ok {
			found = append(found, scim.Member{ID: id, Type: typ, Display: row.Name()})
		}
	}
	return found, nil
}

func (d *directory) Store(_ context.Context, at scim.Target, w *engine.Draft) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rows[of(at)].Version != w.Was {
		return scim.ErrVersion
	}
	for k, row := range d.rows {
		if k.tenant == at.Tenant.ID && k.Type == at.Type.Name {
			if err := d.Taken(at, w.Row, row); err != nil {
				return err
			}
		}
	}
	d.rows[of(at)] = w.Row
	return nil
}

func (d *directory) Remove(_ context.Context, at scim.Target, version int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rows[of(at)].Version != version {
		return scim.ErrVersion
	}
	delete(d.rows, of(at))
	for k, row := range d.rows {
		if k.tenant == at.Tenant.ID {
			d.rows[k] = d.Without(row, at.ID)
		}
	}
	return nil
}
