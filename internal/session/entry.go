package session

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/pkg/scim"
)

// entry is the session of one tenant.
type entry struct {
	turn  chan struct{} // of one place: who holds it asks STS
	mu    sync.Mutex
	keys  aws.Credentials
	until time.Time // from then on it is to be renewed
}

// current returns the session, or none if it has ended. fresh reports that it need not be renewed.
func (e *entry) current(now time.Time) (keys aws.Credentials, fresh bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !now.Before(e.keys.Expires) {
		return aws.Credentials{}, false
	}
	return e.keys, now.Before(e.until)
}

func (e *entry) put(keys aws.Credentials, until time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keys, e.until = keys, until
}

// generations keeps entries, at most maxSessions of them. What is used stays: once half of the bound
// is new, everything that was not used since the last time is dropped. The zero value is empty.
type generations struct{ young, old map[scim.TenantID]*entry }

// of returns the entry of a tenant, a new one if there is none.
func (g *generations) of(t scim.TenantID) *entry {
	if e := g.young[t]; e != nil {
		return e
	}
	e := g.old[t]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
	}
	if len(g.young) >= maxSessions/2 {
		g.old, g.young = g.young, nil
	}
	if g.young == nil {
		g.young = map[scim.TenantID]*entry{}
	}
	g.young[t] = e
	return e
}
