package demo

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Local is a service in this process, on loopback. Callers must Close it.
type Local struct {
	base    string
	tenants *tenant.Memory
	server  *http.Server
	done    <-chan error // of the server

	mu      sync.Mutex
	handler http.Handler
	ahead   time.Duration // of the clock: revoked tokens leave the cache without a wait
}

// NewLocal starts a service with an empty memory store. configure, if not nil, may change its
// configuration.
func NewLocal(ctx context.Context, configure func(*scimstack.Config)) (*Local, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Local{base: "http://" + listener.Addr().String() + scimstack.Prefix, tenants: tenant.NewMemory()}
	config := scimstack.Config{Store: memory.New(), Tenants: l.tenants, PublicBase: l.base, Now: l.now, Logger: slog.New(slog.DiscardHandler)}
	if configure != nil {
		configure(&config)
	}
	config.NoLog = config.Log == nil && config.Recorder == nil
	if l.handler, err = scimstack.New(config); err != nil {
		return nil, err
	}
	serve := func(w http.ResponseWriter, r *http.Request) { l.current().ServeHTTP(w, r) }
	l.server = &http.Server{Handler: http.HandlerFunc(serve), ReadHeaderTimeout: 10 * time.Second}
	l.done = async.Go(func() error { return l.server.Serve(listener) }) // ends with Close
	return l, nil
}

// Wrap puts a handler around the service, to record or to break it.
func (l *Local) Wrap(around func(http.Handler) http.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handler = around(l.handler)
}

func (l *Local) current() http.Handler {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.handler
}

// Close stops the service and returns when it no longer accepts requests. It may be called again.
func (l *Local) Close() {
	_ = l.server.Close()
	<-l.done
}

func (l *Local) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Add(l.ahead)
}

// Target creates a tenant for an identity provider.
func (l *Local) Target(idp string) (Target, error) { return l.TargetWith(tenant.Settings{IdP: idp}) }

// TargetWith creates a tenant with these settings. It chooses the id.
func (l *Local) TargetWith(settings tenant.Settings) (Target, error) {
	id, err := scim.ParseTenantID("demo-" + settings.IdP)
	if err != nil {
		return Target{}, fmt.Errorf("%s: %w", settings.IdP, err)
	}
	settings.ID = id
	settings.Limits.Rate = scim.NoLimit // the demo shows cycles in a moment
	text, token := tenant.NewToken(id, scim.All)
	record := tenant.Record{Settings: settings, Tokens: []tenant.Token{token}}
	l.tenants.Set(record)
	rotate := func() (string, func()) {
		next, second := tenant.NewToken(id, scim.All)
		record.Tokens = append(record.Tokens, second)
		l.tenants.Set(record)
		l.wait()
		return next, func() {
			record.Tokens[0].Revoked = true
			l.tenants.Set(record)
			l.wait()
		}
	}
	return Target{Base: l.base + "/" + id.String(), Token: text, Rotate: rotate}, nil
}

// wait moves the clock beyond the lifetime of cached tokens.
func (l *Local) wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead += 2 * time.Minute
}
