package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/admin"
)

// moving is the scenario whose outcome depends on idp: Entra ID adds a member by a replacement with one element.
const moving = "entra-023"

// traffic is the recorded traffic of Entra ID, round after round.
type traffic struct {
	base      string
	scenarios []replay.Scenario
	token     atomic.Pointer[string]
	rounds    atomic.Int64
	moved     atomic.Bool // the scenario of idp passes
}

// traffic runs while idp is switched and the token is rotated. No request may fail, and the scenario that depends on idp
// passes from the switch on.
func (p *player) traffic(key string) {
	p.Helper()
	scenarios, err := replay.Load(p.Corpus)
	p.must(err)
	run := &traffic{base: p.client.Base, scenarios: scenarios}
	first := p.client.Token
	run.token.Store(&first)
	ctx, stop := context.WithCancel(p.Context())
	defer stop()
	ended := async.Go(func() error { return run.run(ctx) })
	wait := func(what string, done func() bool) {
		p.Helper()
		deadline := time.NewTimer(2 * time.Minute)
		defer deadline.Stop()
		for !done() {
			select {
			case err := <-ended:
				p.Fatalf("%s: %v", what, err)
			case <-deadline.C:
				p.Fatalf("%s: not within two minutes", what)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	wait("idp=okta", func() bool { return run.rounds.Load() > 0 })
	if run.moved.Load() {
		p.Error("Entra's members stay with idp=okta: the traffic shows no switch")
	}
	_, err = p.API.ChangeTenant(p.Context(), name, 0, patch(`{"idp":"entra"}`))
	p.must(err)
	wait("idp=entra", func() bool {
		if p.Fresh != nil {
			p.Fresh()
		}
		return run.moved.Load()
	})
	made, err := p.API.RotateToken(p.Context(), name, key, admin.Rotation{Grace: "24h"})
	p.must(err)
	old := p.client.Token
	p.client.Token = made.Secret
	until := run.rounds.Load()
	wait("the old token", func() bool { return run.rounds.Load() > until })
	run.token.Store(&made.Secret)
	until = run.rounds.Load()
	wait("the new token", func() bool { return run.rounds.Load() > until })
	stop()
	if err := <-ended; err != nil {
		p.Fatal(err)
	}
	p.Logf("%d rounds of %d scenarios while the settings changed", run.rounds.Load(), len(scenarios))
	for _, token := range []string{old, made.Secret} {
		p.client.Token = token
		p.client.Wants(p.T, http.StatusOK, "ListResponse", "GET /Users", "")
	}
}

// run plays rounds until the context ends.
func (r *traffic) run(ctx context.Context) error {
	for {
		for _, s := range r.scenarios {
			err := r.play(ctx, s)
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the end of the context is the normal end
			}
			if err != nil {
				return fmt.Errorf("%s %q: %w", s.ID, s.Description, err)
			}
		}
		r.rounds.Add(1)
	}
}

// play plays a scenario, which needs an empty tenant.
func (r *traffic) play(ctx context.Context, s replay.Scenario) error {
	for _, endpoint := range []string{"/Users", "/Groups"} {
		if err := r.empty(ctx, endpoint); err != nil {
			return err
		}
	}
	err := replay.Run(ctx, replay.Target{Base: r.base, Token: *r.token.Load()}, s)
	if s.ID != moving {
		return err
	}
	if err == nil {
		r.moved.Store(true)
		return nil
	}
	if r.moved.Load() {
		return fmt.Errorf("idp is back at an earlier value: %w", err)
	}
	return nil
}

// empty removes all resources of a type.
func (r *traffic) empty(ctx context.Context, endpoint string) error {
	body, err := r.send(ctx, http.MethodGet, endpoint+"?count=100&attributes=id", http.StatusOK)
	if err != nil {
		return err
	}
	var list struct{ Resources []struct{ ID string } }
	if err := json.Unmarshal(body, &list); err != nil {
		return err
	}
	for _, one := range list.Resources {
		if _, err := r.send(ctx, http.MethodDelete, endpoint+"/"+one.ID, http.StatusNoContent); err != nil {
			return err
		}
	}
	return nil
}

func (r *traffic) send(ctx context.Context, method, path string, want int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+*r.token.Load())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != want {
		err = errors.New(method + " " + path + ": " + res.Status + ": " + string(body))
	}
	return body, err
}
