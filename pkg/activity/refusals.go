package activity

import (
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// refusals counts records of turned-away requests in the current minute.
type refusals struct {
	limit  int
	mu     sync.Mutex
	minute int64
	count  map[scim.TenantID]int
}

func (f *refusals) admit(t scim.TenantID, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := now.Unix() / 60; m != f.minute || f.count == nil {
		f.minute, f.count = m, map[scim.TenantID]int{}
	}
	f.count[t]++
	return f.count[t] <= f.limit
}
