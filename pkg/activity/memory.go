package activity

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Memory is a Log in memory, for development and tests. It keeps the newest records of each tenant,
// limited in number and in bytes, and loses all of them when the process ends. Records of strangers
// (401 without a key id) have a tenth of the space, of their own, so that they push out nothing else.
// It keeps records in a compact form of its own without pointers, so that a full Memory costs the garbage
// collector next to nothing, and makes a Record when it is read. Numbers in Values and Before are int or
// float64 then, as an int and JSON have them.
// It is safe for concurrent use; the zero value is not usable, see NewMemory.
type Memory struct {
	o      MemoryOptions
	secret [32]byte // see nameKeyOf
	mu     sync.RWMutex
	by     map[scim.TenantID]*shelves
	space  []byte // of the record that is appended
}

// MemoryOptions are the limits of a Memory. Zero fields take the defaults.
type MemoryOptions struct {
	Records int // of each tenant; 10,000 by default
	Bytes   int // of each tenant, in the form in which they are kept, usually 200 to 400 bytes each; 16 MiB by default
}

// shelves are the records and counts of a tenant.
type shelves struct {
	own, strange shelf
	counts       tallies
	newest       time.Time // hour of counts
}

var (
	_ Log     = (*Memory)(nil)
	_ Batcher = (*Memory)(nil)
	_ Counter = (*Memory)(nil)
)

// NewMemory returns an empty Memory that keeps at most keep records of each tenant; 10,000 if keep
// is 0 or less.
func NewMemory(keep int) *Memory { return NewMemoryWith(MemoryOptions{Records: keep}) }

// NewMemoryWith returns an empty Memory.
func NewMemoryWith(o MemoryOptions) *Memory {
	if o.Records <= 0 {
		o.Records = 10000
	}
	if o.Bytes <= 0 {
		o.Bytes = 16 << 20
	}
	m := &Memory{o: o, by: map[scim.TenantID]*shelves{}}
	_, _ = rand.Read(m.secret[:]) // never fails
	return m
}

func (m *Memory) nameSecret() [32]byte { return m.secret }

// Append implements Log. It does not keep the memory of the record.
func (m *Memory) Append(_ context.Context, r Record) error {
	if r.Tenant.IsZero() {
		return ErrTenant
	}
	if r.ID == "" {
		r.ID = NewID(r.Time)
	}
	r.bound()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.space = appendRecord(m.space[:0], &r)
	defer poison.Bytes(m.space)
	s := m.of(r.Tenant)
	if r.stranger() {
		s.strange.put(r.ID, m.space)
		s.strange.trim(max(m.o.Records/10, 1), m.o.Bytes/10)
		return nil
	}
	s.own.put(r.ID, m.space)
	s.own.trim(m.o.Records, m.o.Bytes)
	return nil
}

// of returns the shelves of a tenant. The caller holds the lock.
func (m *Memory) of(t scim.TenantID) *shelves {
	s := m.by[t]
	if s == nil {
		s = &shelves{counts: tallies{}}
		m.by[t] = s
	}
	return s
}

// AppendAll implements Batcher.
func (m *Memory) AppendAll(ctx context.Context, records []Record) error {
	var errs []error
	for i := range records {
		if err := m.Append(ctx, records[i]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return &LostError{Lost: len(errs), Cause: errors.Join(errs...)}
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
	s := m.by[t]
	if s == nil {
		return Page{}, nil
	}
	first, before := Lowest(q.From), Highest(q.Until)
	if q.After != "" {
		before = min(before, q.After)
	}
	var page Page
	for p := range newest(s, before) {
		if string(p.id()) < first {
			break
		}
		if !p.matches(&q) {
			continue
		}
		if len(page.Records) == q.Limit {
			page.Next = page.Records[q.Limit-1].ID
			break
		}
		page.Records = append(page.Records, p.readable(t))
	}
	return page, nil
}

// Get implements Log.
func (m *Memory) Get(_ context.Context, t scim.TenantID, id string) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if s := m.by[t]; s != nil {
		for _, shelf := range []*shelf{&s.own, &s.strange} {
			if at, there := shelf.find(id); there {
				return shelf.at(at).readable(t), nil
			}
		}
	}
	return Record{}, ErrNotFound
}
