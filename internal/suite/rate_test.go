package suite_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestDefaultRate: a tenant that sets no limit has one, and NoLimit is none (H-15, N-07).
func TestDefaultRate(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64 // the clock stands still: no token is gained
	start := time.Now()
	s := apptest.StartWith(t, memory.New(), func(c *scimstack.Config) {
		c.Now = func() time.Time { return start.Add(time.Duration(seconds.Load()) * time.Second) }
	})
	c := connect(t, s, "acme", func(st *tenant.Settings) { st.Limits = scim.Limits{} })
	free := connect(t, s, "free", func(st *tenant.Settings) { st.Limits.Rate = scim.NoLimit })
	for i := range 201 {
		status, h, m := c.do("GET", "/ResourceTypes", "")
		wait, _ := strconv.Atoi(h.Get("Retry-After"))
		switch {
		case i < 200 && status != 200:
			t.Fatalf("request %d: %d", i+1, status)
		case i == 200 && (status != 429 || wait < 1 || m["status"] != "429" || !strings.HasPrefix(h.Get("Content-Type"), "application/scim+json")):
			t.Errorf("request %d: %d %v %v", i+1, status, h, m)
		}
	}
	for i := range 300 {
		if status, _, _ := free.do("GET", "/ResourceTypes", ""); status != 200 {
			t.Fatalf("without a limit, request %d: %d", i+1, status)
		}
	}
	seconds.Add(1)
	for i := range 50 {
		if status, _, _ := c.do("GET", "/ResourceTypes", ""); status != 200 {
			t.Fatalf("a second later, request %d: %d", i+1, status)
		}
	}
	if status, _, _ := c.do("GET", "/ResourceTypes", ""); status != 429 {
		t.Errorf("a second later, request 51: %d", status)
	}
}
