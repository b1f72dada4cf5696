package activity

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Memory is a Log in memory, for development and tests. It keeps the newest records of each tenant
// and loses all of them when the process ends. It is safe for concurrent use; the zero value is not
// usable, see NewMemory.
type Memory struct {
	keep int
	mu   sync.RWMutex
	by   map[scim.TenantID][]*Record // ascending by id
}

var (
	_ Log     = (*Memory)(nil)
	_ Batcher = (*Memory)(nil)
)

// NewMemory returns an empty Memory that keeps at most keep records of each tenant; 10,000 if keep
// is 0 or less.
func NewMemory(keep int) *Memory {
	if keep <= 0 {
		keep = 10000
	}
	return &Memory{keep: keep, by: map[scim.TenantID][]*Record{}}
}

// Append implements Log.
func (m *Memory) Append(_ context.Context, r Record) error {
	if r.Tenant.IsZero() {
		return ErrTenant
	}
	if r.ID == "" {
		r.ID = NewID(r.Time)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.by[r.Tenant]
	at, there := slices.BinarySearchFunc(list, r.ID, byID)
	if there {
		return nil // the same record again
	}
	list = slices.Insert(list, at, &r)
	if len(list) >= 2*m.keep { // trimming half now and then is cheaper than one each time
		list = slices.Clone(list[len(list)-m.keep:])
	}
	m.by[r.Tenant] = list
	return nil
}

// AppendAll implements Batcher.
func (m *Memory) AppendAll(ctx context.Context, records []Record) error {
	for _, r := range records {
		if err := m.Append(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// Query implements Log.
func (m *Memory) Query(_ context.Context, t scim.TenantID, q Query) (Page, error) {
	q, err := q.Bounded()
	if err != nil {
		return Page{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := m.by[t]
	list = list[max(0, len(list)-m.keep):]
	end := len(list)
	if q.After != "" {
		end, _ = slices.BinarySearchFunc(list, q.After, byID)
	}
	var page Page
	for i := end - 1; i >= 0; i-- {
		if !q.Match(list[i]) {
			continue
		}
		if len(page.Records) == q.Limit {
			page.Next = page.Records[q.Limit-1].ID
			break
		}
		page.Records = append(page.Records, *list[i])
	}
	return page, nil
}

// Get implements Log.
func (m *Memory) Get(_ context.Context, t scim.TenantID, id string) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	at, there := slices.BinarySearchFunc(m.by[t], id, byID)
	if !there {
		return Record{}, ErrNotFound
	}
	return *m.by[t][at], nil
}

func byID(r *Record, id string) int { return strings.Compare(r.ID, id) }
