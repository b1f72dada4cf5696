package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/outbound"
)

// Times of a cached key set.
const (
	defaultLife = time.Hour       // without a Cache-Control
	minLife     = 5 * time.Minute // whatever Cache-Control says
	maxLife     = 24 * time.Hour
	patience    = time.Minute // between two fetches of one set for a kid that is not in it, or after a failure
	maxSources  = 1000
	maxMetadata = 64 << 10 // bytes
	fetchFor    = 5 * time.Second
)

// sources fetch and cache key sets by their address. The zero value is not usable; see newSources.
type sources struct {
	client *outbound.Client
	now    func() time.Time

	mu    sync.Mutex
	known map[source]*cachedSet
}

// source says where the keys are: at keys, or where the metadata of issuer say.
type source struct{ issuer, keys string }

func newSources(client *outbound.Client, now func() time.Time) *sources {
	return &sources{client: client, now: now, known: map[source]*cachedSet{}}
}

// cachedSet is a key set with the times of its fetches. turn holds one value while a fetch is running.
type cachedSet struct {
	turn chan struct{}

	mu      sync.Mutex
	keys    []publicKey
	fresh   time.Time // until when
	usable  time.Time // until when after failures
	attempt time.Time // the last one
	err     error     // of the last one
}

// find returns the keys that may have signed with a header. It fetches them if they are not cached, or if none
// has the kid of the header, but at most once a minute. An error says why they could not be read.
func (s *sources) find(ctx context.Context, at source, h head) ([]publicKey, error) {
	c := s.of(at)
	keys, due := c.look(h, s.now())
	if due {
		if err := s.renew(ctx, at, c, h); err != nil && len(keys) == 0 {
			return nil, err
		}
		if renewed, _ := c.look(h, s.now()); len(renewed) > 0 {
			keys = renewed
		}
	}
	if len(keys) > 0 {
		return keys, nil
	}
	return nil, c.failure(s.now())
}

// renew fetches a key set unless another request does; a request without keys waits for that one.
func (s *sources) renew(ctx context.Context, at source, c *cachedSet, h head) error {
	select {
	case c.turn <- struct{}{}:
	default:
		if keys, _ := c.look(h, s.now()); len(keys) > 0 {
			return nil
		}
		select {
		case c.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { <-c.turn }()
	if _, due := c.look(h, s.now()); due { // not done in the meantime
		s.refresh(ctx, at, c)
	}
	return nil
}

func (s *sources) of(at source) *cachedSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.known[at]
	if c == nil {
		for other := range s.known { // one of them gives way, and not all: each would be asked again
			if len(s.known) < maxSources {
				break
			}
			delete(s.known, other)
		}
		c = &cachedSet{turn: make(chan struct{}, 1)}
		s.known[at] = c
	}
	return c
}

// look returns the cached keys for a header, and whether a fetch is due.
func (c *cachedSet) look(h head, now time.Time) (keys []publicKey, due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.usable) {
		keys = choose(c.keys, h)
	}
	tried := !c.attempt.IsZero() && now.Before(c.attempt.Add(patience))
	return keys, !tried && (len(keys) == 0 || !now.Before(c.fresh))
}

// failure is the error of the last fetch, if there are no keys that can be used.
func (c *cachedSet) failure(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.usable) {
		return nil
	}
	return c.err
}

// refresh fetches a key set. It goes on if the request that asked for it ends, for the others that wait.
func (s *sources) refresh(ctx context.Context, at source, c *cachedSet) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchFor)
	defer cancel()
	keys, life, err := s.fetch(ctx, at)
	now := s.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempt, c.err = now, err
	if err == nil {
		c.keys, c.fresh, c.usable = keys, now.Add(life), now.Add(maxLife)
	}
}

func (s *sources) fetch(ctx context.Context, at source) ([]publicKey, time.Duration, error) {
	from := at.keys
	if from == "" {
		var err error
		if from, err = s.discover(ctx, at.issuer); err != nil {
			return nil, 0, err
		}
	}
	answer, err := s.client.Get(ctx, from, maxKeySet)
	if err != nil {
		return nil, 0, fmt.Errorf("keys: %w", err)
	}
	keys, err := parseKeys(answer.Body)
	if err != nil {
		return nil, 0, fmt.Errorf("keys: %s: %w", from, err)
	}
	return keys, life(answer.Header.Get("Cache-Control")), nil
}

// discover returns the jwks_uri of an issuer (OpenID Connect Discovery 1.0 §4).
func (s *sources) discover(ctx context.Context, issuer string) (string, error) {
	from := strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
	answer, err := s.client.Get(ctx, from, maxMetadata)
	if err != nil {
		return "", fmt.Errorf("metadata of the issuer: %w", err)
	}
	var meta struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(answer.Body, &meta); err != nil {
		return "", fmt.Errorf("metadata of the issuer: %s does not answer with JSON: %w", from, err)
	}
	switch {
	case meta.Issuer != issuer:
		return "", fmt.Errorf("metadata of the issuer: %s is of the issuer %.200q, and not of %q; use the exact value, with or without a slash at the end", from, meta.Issuer, issuer)
	case meta.Keys == "":
		return "", errors.New("metadata of the issuer: " + from + " has no jwks_uri")
	}
	return meta.Keys, nil
}

// life is how long an answer with a Cache-Control is fresh, within bounds.
func life(cacheControl string) time.Duration {
	for part := range strings.SplitSeq(cacheControl, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(name, "max-age") {
			if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil {
				return min(max(time.Duration(min(n, int(maxLife/time.Second)))*time.Second, minLife), maxLife)
			}
		}
	}
	return defaultLife
}
