// Command consumer keeps the table of users of an application, and its sessions, in step with SCIM, by the
// feed of changes: nothing is lost when the process is killed, and what comes twice is handled once.
package main

import (
	"context"
	"flag"
	"fmt"
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
