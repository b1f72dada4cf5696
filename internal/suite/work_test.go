//go:build unix

package suite_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// counting is a store that counts what a request asks of it.
type counting struct {
	*memory.Store
	calls atomic.Int64
}

func (c *counting) Commit(ctx context.Context, t scim.TenantID, change scim.Change) (*scim.Resource, error) {
	c.calls.Add(1)
	return c.Store.Commit(ctx, t, change)
}

func (c *counting) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, error) {
	c.calls.Add(1)
	return c.Store.Lookup(ctx, t, typ, k, page)
}

func (c *counting) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	c.calls.Add(1)
	return c.Store.Range(ctx, t, typ, r, page)
}

func (c *counting) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	c.calls.Add(1)
	return c.Store.Members(ctx, t, groupID, page)
}

// costly is a request near the limits of a tenant, and what it may cost.
type costly struct {
	shape
	calls    int                    // of the store at most, 0: 40
	mib      int                    // allocated at most, 0: 64
	settings func(*tenant.Settings) // of the tenant, or nil
}

// work is what one request costs.
type work struct{ calls, bytes int64 }

// TestWork: within the default limits, four times the request asks the store for at most four times as much, and allocates
// four times as much, and neither is more than a service can spend on one request.
func TestWork(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	for i, k := range costlies() {
		t.Run(k.name, func(t *testing.T) { //nolint:paralleltest // as above
			small, large := k.cost(t, i, k.n), k.cost(t, i, 4*k.n)
			t.Logf("n=%d: %d calls and %d KiB, 4n: %d calls and %d KiB", k.n, small.calls, small.bytes>>10, large.calls, large.bytes>>10)
			const slack = 2 << 20 // what does not depend on the request
			if 10*large.bytes > 46*small.bytes+10*slack || large.calls > 5*small.calls+4 {
				t.Error("the cost grows faster than the request")
			}
			if k.calls == 0 {
				k.calls = 40
			}
			if k.mib == 0 {
				k.mib = 64
			}
			if large.calls > int64(k.calls) || large.bytes > int64(k.mib)<<20 {
				t.Errorf("more than %d calls or %d MiB", k.calls, k.mib)
			}
		})
	}
}

func (k *costly) cost(t *testing.T, i, n int) work {
	t.Helper()
	store := &counting{Store: memory.New()}
	s := apptest.Start(t, store)
	c := connect(t, s, fmt.Sprintf("work%d", i), k.settings)
	for range k.users {
		c.create("/Users", newUser(""))
	}
	r := k.prepare(c, n)
	runtime.GC()
	var before, after runtime.MemStats
	calls := store.calls.Load()
	runtime.ReadMemStats(&before)
	status, _, _ := c.do(r.method, r.path, r.body)
	runtime.ReadMemStats(&after)
	if status >= 500 {
		t.Errorf("answered with %d", status)
	}
	return work{store.calls.Load() - calls, int64(after.TotalAlloc - before.TotalAlloc)}
}

// onMails is a PATCH of n operations on a user with 900 e-mails.
func onMails(op string) func(*client, int) request {
	return func(c *client, n int) request {
		id := c.create("/Users", newUser(","+withMails(900)))
		return request{"PATCH", "/Users/" + id, patchBody(join(n, ",", func(i int) string { return strings.ReplaceAll(op, "%d", fmt.Sprint(i)) }))}
	}
}

// onGroup is a PATCH of n operations on a group of 1,000 members.
func onGroup(op string) func(*client, int) request {
	return func(c *client, n int) request {
		members := join(1000, ",", func(int) string { return fmt.Sprintf(`{"value":%q}`, c.create("/Users", newUser(""))) })
		id := c.create("/Groups", `{"displayName":"`+newName()+`","members":[`+members+`]}`)
		return request{"PATCH", "/Groups/" + id, patchBody(join(n, ",", func(i int) string { return strings.ReplaceAll(op, "%d", fmt.Sprint(i)) }))}
	}
}

func textOf(r string, bytes int) string { return strings.Repeat(r, bytes/len(r)) }
