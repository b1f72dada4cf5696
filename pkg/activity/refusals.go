package activity

import (
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// refusals counts the records of rejected requests in the current minute, by tenant.
type refusals struct {
	limit  int
	mu     sync.Mutex
	minute int64
	count  map[scim.TenantID]int
}

// admit reports whether one more record of the tenant is within the limit.
func (f *refusals) admit(t scim.TenantID, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := now.Unix() / 60; m != f.minute || f.count == nil {
		f.minute, f.count = m, map[scim.TenantID]int{}
	}
	f.count[t]++
	return f.count[t] <= f.limit
}
