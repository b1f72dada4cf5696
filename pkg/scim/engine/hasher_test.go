package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// slowHash is a hash that takes a second of a test's own clock and records what is made, in order.
type slowHash struct {
	mu            sync.Mutex
	running, most int
	order         []string
}

func (h *slowHash) hash(password string) (string, error) {
	h.mu.Lock()
	h.running++
	h.most = max(h.most, h.running)
	h.order = append(h.order, password)
	h.mu.Unlock()
	time.Sleep(time.Second)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running--
	return "hash of " + password, nil
}

func tenantID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestHasherTurns: with 128 passwords of one tenant under way, fewer hashes are made at a time than
// there are cores, and the password of another tenant waits for those and at most one more.
func TestHasherTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var slow slowHash
		h := engine.NewHasher(slow.hash)
		cores := max(1, runtime.GOMAXPROCS(0)-1) // the rest are for other requests
		var all sync.WaitGroup
		send := func(tenant, password string) {
			all.Go(func() {
				if got, err := h.Hash(t.Context(), tenantID(t, tenant), password); err != nil || got != "hash of "+password {
					t.Error(got, err)
				}
			})
		}
		for range 128 {
			send("flood", "flood")
		}
		synctest.Wait()
		for i := range 3 {
			send("calm", fmt.Sprint("calm ", i))
			synctest.Wait()
		}
		all.Wait()
		if slow.most != cores {
			t.Errorf("%d hashes at a time, want %d", slow.most, cores)
		}
		first := slices.Index(slow.order, "calm 0")
		if first > cores+1 {
			t.Errorf("the other tenant waits for %d hashes", first)
		}
		if third := slices.Index(slow.order, "calm 2"); third > first+4 {
			t.Errorf("three passwords of the other tenant do not take turns with the flood: %v", slow.order[:third+1])
		}
	})
}

// TestHasherBounds: a full queue is 503 with Retry-After and no hash, other tenants are not
// affected; who gives up leaves the queue; and a panic keeps no core.
func TestHasherBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var slow slowHash
		h := engine.NewHasher(slow.hash)
		ctx, giveUp := context.WithCancel(t.Context())
		var full, gone atomic.Int64
		var all sync.WaitGroup
		cores := max(1, runtime.GOMAXPROCS(0)-1)
		for range 1000 {
			all.Go(func() {
				_, err := h.Hash(ctx, tenantID(t, "flood"), "flood")
				switch e := scim.AsError(err); {
				case errors.Is(err, context.Canceled):
					gone.Add(1)
				case err != nil && e.Status == 503 && e.RetryAfter > 0:
					full.Add(1)
				case err != nil:
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := full.Load(); n < 500 || n >= int64(1000-cores) {
			t.Errorf("%d of 1,000 passwords were refused", n)
		}
		all.Go(func() {
			if _, err := h.Hash(t.Context(), tenantID(t, "calm"), "calm"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		giveUp()
		all.Wait()
		if len(slow.order) != cores+1 || full.Load()+gone.Load()+int64(cores) != 1000 {
			t.Errorf("%d hashes, %d refused, %d gave up", len(slow.order), full.Load(), gone.Load())
		}
		if _, err := h.Hash(ctx, tenantID(t, "flood"), "late"); !errors.Is(err, context.Canceled) {
			t.Error("a client that has left gets a hash", err)
		}
	})
	broken := engine.NewHasher(func(string) (string, error) { panic("broken") })
	for range 2 * runtime.GOMAXPROCS(0) { // would block for good
		func() {
			defer func() { _ = recover() }()
			_, _ = broken.Hash(t.Context(), tenantID(t, "acme"), "x")
		}()
	}
	if engine.NewHasher(nil) != nil {
		t.Error("no hash function is a Hasher")
	}
}

// losing is a store in which every commit loses its race, as often as it is told.
type losing struct {
	scim.Store
	races int
}

func (s *losing) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if c.Prior != nil && s.races > 0 {
		s.races--
		return nil, scim.ErrVersion
	}
	return s.Store.Commit(ctx, t, c)
}

// TestHashesAreLast: what is refused costs no hash, what is stored costs one, also after lost races.
func TestHashesAreLast(t *testing.T) {
	t.Parallel()
	hashes := 0
	store := &losing{Store: memory.New()}
	w := begin(t, scim.TenantConfig{Strict: true, UniqueExternalID: true})
	w.Provider = engine.New(store, engine.Options{PublicBase: "https://x", Hash: func(string) (string, error) {
		hashes++
		return fmt.Sprint("hash ", hashes), nil
	}})
	const user = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
	const ops = `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`
	ann := w.create("User", `{%s,"userName":"ann","password":"p"}`, user).ID
	w.create("User", `{%s,"userName":"bob","externalId":"b"}`, user)
	post := func(s string) error {
		_, err := w.Create(t.Context(), w.at("User", ""), body(t, s), scim.Projection{})
		return err
	}
	put := func(s string, m scim.Match) error {
		_, err := w.Replace(t.Context(), w.at("User", ann), body(t, s), m, scim.Projection{})
		return err
	}
	patch := func(s string, m scim.Match) error {
		_, err := w.Patch(t.Context(), w.at("User", ann), body(t, `{`+ops+s+`}`), m, scim.Projection{})
		return err
	}
	any, stale := scim.Match{}, scim.ParseMatch(`W/"77"`)
	for name, c := range map[string]struct {
		do             func() error
		status, hashes int
		races          int
	}{
		"POST, taken userName":   {func() error { return post(`{` + user + `,"userName":"ANN","password":"p"}`) }, 409, 0, 0},
		"POST, taken externalId": {func() error { return post(`{` + user + `,"userName":"n","externalId":"b","password":"p"}`) }, 409, 0, 0},
		"POST, no userName":      {func() error { return post(`{` + user + `,"password":"p"}`) }, 400, 0, 0},
		"POST, wrong type":       {func() error { return post(`{` + user + `,"userName":"n","active":"perhaps","password":"p"}`) }, 400, 0, 0},
		"POST":                   {func() error { return post(`{` + user + `,"userName":"new","password":"p"}`) }, 0, 1, 0},
		"PUT, taken userName":    {func() error { return put(`{`+user+`,"userName":"bob","password":"p"}`, any) }, 409, 0, 0},
		"PUT, no userName":       {func() error { return put(`{`+user+`,"password":"p"}`, any) }, 400, 0, 0},
		"PUT, stale":             {func() error { return put(`{`+user+`,"userName":"ann","password":"p"}`, stale) }, 412, 0, 0},
		"PUT":                    {func() error { return put(`{`+user+`,"userName":"ann","password":"p"}`, any) }, 0, 1, 0},
		"PUT, lost races":        {func() error { return put(`{`+user+`,"userName":"ann","password":"q"}`, any) }, 0, 1, 3},
		"PUT without password":   {func() error { return put(`{`+user+`,"userName":"ann","title":"x"}`, any) }, 0, 0, 3},
		"PATCH, taken userName": {func() error {
			return patch(`[{"op":"add","path":"password","value":"p"},{"op":"add","path":"userName","value":"bob"}]`, any)
		}, 409, 0, 0},
		"PATCH, required removed": {func() error {
			return patch(`[{"op":"add","path":"password","value":"p"},{"op":"remove","path":"userName"}]`, any)
		}, 400, 0, 0},
		"PATCH, stale":             {func() error { return patch(`[{"op":"add","path":"password","value":"p"}]`, stale) }, 412, 0, 0},
		"PATCH":                    {func() error { return patch(`[{"op":"add","path":"password","value":"p"}]`, any) }, 0, 1, 0},
		"PATCH, lost races":        {func() error { return patch(`[{"op":"add","path":"password","value":"r"}]`, any) }, 0, 1, 3},
		"PATCH without a password": {func() error { return patch(`[{"op":"add","path":"title","value":"y"}]`, any) }, 0, 0, 2},
	} {
		hashes, store.races = 0, c.races
		err := c.do()
		if e := scim.AsError(err); (err != nil) != (c.status != 0) || err != nil && e.Status != c.status || hashes != c.hashes || store.races != 0 {
			t.Errorf("%s: %v after %d hashes, want status %d after %d", name, err, hashes, c.status, c.hashes)
		}
	}
}
