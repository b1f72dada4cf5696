package mcp_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestPlansOfIdleTenants: plans that have expired take no memory, also of a tenant that plans nothing any more.
func TestPlansOfIdleTenants(t *testing.T) { //nolint:paralleltest // counts what the process holds
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	plans := mcp.NewMemoryPlans(func() time.Time { return now })
	put := func(tenant string, size int) error {
		id, err := scim.ParseTenantID(tenant)
		if err != nil {
			t.Fatal(err)
		}
		return plans.Put(t.Context(), id, fmt.Sprint("plan-", now.UnixNano()), make([]byte, size), now.Add(10*time.Minute))
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	for i := range 50 {
		for range 10 {
			now = now.Add(time.Nanosecond)
			if err := put(fmt.Sprintf("tenant-%d", i), 100_000); err != nil {
				t.Fatal(err)
			}
		}
	}
	if held() < before+40<<20 {
		t.Fatal("the plans are not held")
	}
	now = now.Add(11 * time.Minute)
	if err := put("other", 10); err != nil {
		t.Fatal(err)
	}
	if after := held(); after > before+10<<20 {
		t.Errorf("%d MB are held for expired plans", (after-before)>>20)
	}
	for range 199 {
		now = now.Add(time.Nanosecond)
		if err := put("other", 10); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Nanosecond)
	if err := put("other", 10); !errors.Is(err, mcp.ErrPlansFull) {
		t.Errorf("one more than a tenant may have: %v", err)
	}
	runtime.KeepAlive(plans)
}
