package tenanttest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const callers = 16

// Concurrency checks real races: nothing is lost, and one of many wins.
func Concurrency(t *testing.T, open Open) {
	for name, test := range map[string]func(*world){
		"changes of one token": raceChanges, "new tokens and clients": raceAdds, "versions of settings": raceSettings, "settings of any version": raceAny,
		"versions of a client": raceClients, "one name": raceCreate, "one replacement": raceReplaced, "one key": raceOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(begin(t, open))
		})
	}
}

// race calls f by many at the same time, and returns how often it succeeded. Any error but lost fails the
// test.
func (w *world) race(f func(ctx context.Context, i int) error, lost error) (won int) {
	w.Helper()
	all := make([]int, callers)
	results := make([]error, callers)
	for i := range all {
		all[i] = i
	}
	err := async.Each(w.ctx(), callers, all, func(ctx context.Context, i int) error {
		results[i] = f(ctx, i)
		return nil
	})
	w.must("race", err)
	for i, err := range results {
		switch {
		case err == nil:
			won++
		case lost == nil || !errors.Is(err, lost):
			w.Errorf("caller %d: %v", i, err)
		}
	}
	return won
}

func raceChanges(w *world) {
	t := plain("a")
	w.must("add", w.d.AddToken(w.ctx(), w.acme, t))
	text, scopes, later, connection := "name", scim.Read, start.AddDate(1, 0, 0), tenant.Connection{IdP: "okta"}
	changes := []tenant.TokenChange{{Name: &text}, {Scopes: &scopes}, {Expires: &later}, {Connection: &connection}}
	w.race(func(ctx context.Context, i int) error {
		if n := len(changes); i >= n {
			return w.d.Touch(ctx, w.acme, "a", start.Add(time.Duration(i)*time.Minute))
		}
		return w.d.ChangeToken(ctx, w.acme, "a", changes[i])
	}, nil)
	for _, c := range changes {
		c.Apply(&t)
	}
	t.Used = start.Add((callers - 1) * time.Minute)
	w.equal("every change", w.resolve(w.acme).Tokens, []tenant.Token{t})
}

func raceAdds(w *world) {
	w.race(func(ctx context.Context, i int) error {
		switch i % 4 {
		case 0:
			return w.d.PutClient(ctx, w.acme, secretClient(fmt.Sprint("c", i)))
		case 1:
			return w.d.Put(ctx, tenant.Settings{ID: w.acme, Strict: i > 8})
		}
		return w.d.AddToken(ctx, w.acme, plain(fmt.Sprint("t", i)))
	}, nil)
	r := w.resolve(w.acme)
	w.equal("tokens", len(r.Tokens), callers/2)
	w.equal("clients", len(r.Clients), callers/4)
	w.equal("version", r.Settings.Version, int64(1+callers/4))
}

func raceSettings(w *world) {
	for round := range int64(3) {
		won := w.race(func(ctx context.Context, i int) error {
			return w.d.Put(ctx, tenant.Settings{ID: w.acme, Version: round + 1, LogDays: i + 1})
		}, tenant.ErrChanged)
		w.equal("winners", won, 1)
		w.equal("version", w.resolve(w.acme).Settings.Version, round+2)
	}
}

func raceAny(w *world) {
	w.race(func(ctx context.Context, i int) error {
		return w.d.Put(ctx, tenant.Settings{ID: w.acme, LogDays: i + 1})
	}, nil)
	w.equal("version", w.resolve(w.acme).Settings.Version, int64(callers+1))
}

func raceClients(w *world) {
	won := w.race(func(ctx context.Context, _ int) error { return w.d.PutClient(ctx, w.acme, secretClient("a")) }, tenant.ErrExists)
	w.equal("creators", won, 1)
	won = w.race(func(ctx context.Context, i int) error {
		c := secretClient("a")
		c.Version, c.Name = 1, fmt.Sprint(i)
		return w.d.PutClient(ctx, w.acme, c)
	}, tenant.ErrChanged)
	w.equal("winners", won, 1)
	w.equal("version", w.resolve(w.acme).Clients[0].Version, int64(2))
}

func raceCreate(w *world) {
	id := w.id("initech")
	won := w.race(func(ctx context.Context, i int) error { return w.d.Create(ctx, tenant.Settings{ID: id, LogDays: i}) }, tenant.ErrExists)
	w.equal("creators", won, 1)
	won = w.race(func(ctx context.Context, _ int) error { return w.d.AddToken(ctx, id, plain("a")) }, tenant.ErrExists)
	w.equal("tokens of one key", won, 1)
}

func raceReplaced(w *world) {
	w.must("add", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	won := w.race(func(ctx context.Context, i int) error {
		next := fmt.Sprint("next", i)
		return w.d.ChangeToken(ctx, w.acme, "a", tenant.TokenChange{ReplacedBy: &next})
	}, tenant.ErrChanged)
	w.equal("winners", won, 1)
}

func raceOnce(w *world) {
	firsts := make([]bool, callers)
	w.race(func(ctx context.Context, i int) (err error) {
		firsts[i], err = w.d.Once(ctx, w.acme, "jti", time.Now().Add(time.Hour))
		return err
	}, nil)
	n := 0
	for _, first := range firsts {
		if first {
			n++
		}
	}
	w.equal("firsts", n, 1)
}
