package main

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// rateResult is what a load needs.
type rateResult struct {
	load
	requests int        // that were played
	hot      hotKey     // the key with the largest share of its limit
	total    [2]float64 // read and write units a second of all keys, with all tenants
	wall     float64    // requests a second of one tenant at which the key is full
	below    int        // throttled requests a little below the wall
	above    bool       // whether a request is throttled a little above it
}

// hotKey is a partition key under a load.
type hotKey struct {
	dynamotest.KeyUnits         // a second
	share               float64 // of what the service gives to a key
}

// burst is short, so that a wall shows within a second of the clock.
const burst = 100 * time.Millisecond

// playRate plays a load three times: without limits, and then below and above the wall.
func playRate(ctx context.Context, l load) (rateResult, error) {
	res := rateResult{load: l}
	r, err := newRig(ctx, l.played)
	if err != nil {
		return res, err
	}
	defer r.close()
	send, err := l.begin(r)
	if err != nil {
		return res, err
	}
	n := max(int(l.rate*float64(l.played)*l.seconds), 2*l.played)
	r.engine.Unkind(dynamotest.Unkind{Now: r.clock.now})
	at := 0
	if at, err = r.play(send, at, n, l.rate*float64(l.played), false); err != nil {
		return res, err
	}
	res.requests = n
	for _, k := range r.engine.KeyUnits() {
		k.Read, k.Write = k.Read*l.rate*float64(l.played)/float64(n), k.Write*l.rate*float64(l.played)/float64(n)
		more := float64(l.tenants) / float64(l.played)
		res.total[0] += k.Read * more
		res.total[1] += k.Write * more
		if s := share(k); s > res.hot.share {
			res.hot = hotKey{k, s}
		}
	}
	res.wall = l.rate / res.hot.share
	return res, res.confirm(r, send, at)
}

// share is the part of what the service gives to a key that a load uses.
func share(k dynamotest.KeyUnits) float64 {
	s := dynamotest.Service()
	return max(k.Write/s.WriteUnits, k.Read/s.ReadUnits)
}

// A wall is confirmed within confirmSeconds of the clock, by maxPlayed requests at most. At 1.3 of the
// wall's rate, the burst of a tenth of a second is used up after a third of one.
const (
	maxPlayed      = 1500
	confirmSeconds = 0.5
)

// confirm plays the load below and above its wall.
func (res *rateResult) confirm(r *rig, send op, at int) error {
	walls := dynamotest.Service()
	walls.Hold, walls.Burst, walls.Now = 0, burst, r.clock.now
	for _, factor := range []float64{0.9, 1.3} {
		r.clock.pass(time.Hour)
		r.engine.Unkind(walls)
		rate := res.wall * float64(res.played) * factor
		var err error
		if at, err = r.play(send, at, min(int(confirmSeconds*rate), maxPlayed), rate, true); err != nil && !errors.Is(err, errThrottled) {
			return err
		}
		if factor < 1 {
			res.below = r.throttled()
		} else {
			res.above = r.throttled() > 0
		}
	}
	return nil
}

var errThrottled = errors.New("a key is throttled")

// play sends n requests at a rate and returns the number of the next one. With stop it ends at the
// first request that a key refused.
func (r *rig) play(send op, at, n int, rate float64, stop bool) (int, error) {
	for range n {
		r.clock.pass(time.Duration(float64(time.Second) / rate))
		err := send(at)
		at++
		if stop && r.throttled() > 0 {
			return at, errThrottled
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

func (r *rig) throttled() int {
	n := 0
	for _, k := range r.engine.KeyUnits() {
		n += k.Throttled
	}
	return n
}
