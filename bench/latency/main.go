// Command latency measures how long a deactivation takes to reach a webhook, on loopback, over the store in memory and
// over SQLite:
//
//	PATCH active=false ──► answer ──► feed ──► webhook.Sender ──► POST ──► receiver
//	└──────────────────────── measured, from the first byte of the request ──────┘
//
// It prints p50, p99 and the largest time. They depend on the machine and are only reported.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func main() {
	n := flag.Int("n", 300, "deactivations")
	flag.Parse()
	if err := run(context.Background(), *n, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run measures both stores.
func run(ctx context.Context, n int, out io.Writer) error {
	dir, err := os.MkdirTemp("", "latency")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.Open(ctx, filepath.Join(dir, "scim.db"), sqlstore.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	fmt.Fprintf(out, "from the request that deactivates a user to its webhook, %d times on loopback\n", n)
	for _, c := range []struct {
		name  string
		store scim.Store
		ps    feed.Positions
		hooks webhook.Store
	}{
		{"memory", memory.New(), feed.NewMemoryPositions(nil), webhook.NewMemory()},
		{"sqlite", db.Store(), sqlfeed.New(db, nil), sqlfeed.NewWebhooks(db)},
	} {
		times, err := measure(ctx, n, c.store, webhook.Sender{Positions: c.ps, Store: c.hooks})
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		slices.Sort(times)
		at := func(q int) time.Duration {
			return times[min(len(times)*q/100, len(times)-1)].Round(10 * time.Microsecond)
		}
		fmt.Fprintf(out, "%-8s p50 %v  p99 %v  largest %v\n", c.name, at(50), at(99), at(100))
	}
	return nil
}

// measure deactivates n users, one after the other, at times that have nothing to do with how often the feed is asked.
func measure(ctx context.Context, n int, store scim.Store, s webhook.Sender) ([]time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, err
	}
	text, token := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
	at, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	base := "http://" + at.Addr().String() + scimstack.Prefix
	service, err := scimstack.New(scimstack.Config{Store: store, Tenants: tenants, PublicBase: base})
	if err != nil {
		return nil, err
	}
	defer service.Close(context.WithoutCancel(ctx))
	server := &http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go server.Serve(at)
	arrived := make(chan time.Time, n)
	url, end, err := receive(ctx, arrived)
	if err != nil {
		return nil, err
	}
	defer end()
	s.Source, s.Tenants, s.Loopback = service.Feed(), service.FeedGate().Tenants, true
	e := webhook.Endpoint{ID: "app", URL: url, Types: []string{feed.UserDeactivated}, Secrets: []string{webhook.NewSecret()}, Created: time.Now()}
	if err := s.Store.Create(ctx, e); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	c := caller{base + "/acme", text}
	var times []time.Duration
	for i := range n {
		id, err := c.send(ctx, http.MethodPost, "/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
		if err != nil {
			return nil, err
		}
		time.Sleep(time.Duration(i*37%211) * time.Millisecond / 4)
		began := time.Now()
		if _, err := c.send(ctx, http.MethodPatch, "/Users/"+id, `{"Operations":[{"op":"replace","path":"active","value":false}]}`); err != nil {
			return nil, err
		}
		select {
		case t := <-arrived:
			times = append(times, t.Sub(began))
		case err := <-ended:
			return nil, cmp.Or(err, errors.New("the sender has ended"))
		case <-time.After(time.Minute):
			return nil, errors.New("a webhook does not arrive")
		}
	}
	stop()
	<-ended
	return times, nil
}

// receive takes webhooks, and notes when.
func receive(ctx context.Context, arrived chan<- time.Time) (url string, end func() error, err error) {
	at, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- time.Now()
		w.WriteHeader(http.StatusNoContent)
	})}
	go server.Serve(at)
	return "http://" + at.Addr().String(), server.Close, nil
}

type caller struct{ base, token string }

// send sends a request and returns the id in the answer.
func (c caller) send(ctx context.Context, method, path, body string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var made struct{ ID string }
	err = json.NewDecoder(res.Body).Decode(&made)
	if res.StatusCode > 299 {
		err = fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return made.ID, err
}
