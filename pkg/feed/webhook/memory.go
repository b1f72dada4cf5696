package webhook

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Memory is a Store in the process, for tests and development. Make it with NewMemory.
type Memory struct {
	mu         sync.Mutex
	endpoints  map[string]Endpoint
	deliveries map[deliveryKey]Delivery
}

type deliveryKey struct {
	endpoint string
	tenant   scim.TenantID
	seq      int64
}

var _ Store = (*Memory)(nil)

// NewMemory returns a Store with these endpoints.
func NewMemory(endpoints ...Endpoint) *Memory {
	m := &Memory{endpoints: map[string]Endpoint{}, deliveries: map[deliveryKey]Delivery{}}
	for _, e := range endpoints {
		m.endpoints[e.ID] = e
	}
	return m
}

func keyOf(d *Delivery) deliveryKey { return deliveryKey{d.Endpoint, d.Tenant, d.Seq} }

// Create implements Store.
func (m *Memory) Create(ctx context.Context, e Endpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.endpoints[e.ID]; ok {
		return ErrExists
	}
	m.clear(e.ID) // what a lane of one that was removed has added since
	m.endpoints[e.ID] = e
	return ctx.Err()
}

// clear removes the deliveries of an endpoint.
func (m *Memory) clear(id string) {
	maps.DeleteFunc(m.deliveries, func(k deliveryKey, _ Delivery) bool { return k.endpoint == id })
}

// Endpoint implements Store.
func (m *Memory) Endpoint(ctx context.Context, id string) (Endpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.endpoints[id]
	if !ok {
		return e, ErrUnknown
	}
	return e, ctx.Err()
}

// Endpoints implements Store.
func (m *Memory) Endpoints(ctx context.Context) ([]Endpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.endpoints), func(a, b Endpoint) int { return cmp.Compare(a.ID, b.ID) }), ctx.Err()
}

// Update implements Store.
func (m *Memory) Update(ctx context.Context, id string, change func(*Endpoint) error) (Endpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.endpoints[id]
	if !ok {
		return e, ErrUnknown
	}
	if err := cmp.Or(ctx.Err(), change(&e)); err != nil {
		return e, err
	}
	m.endpoints[id] = e
	return e, nil
}

// Remove implements Store.
func (m *Memory) Remove(ctx context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.endpoints[id]; !ok {
		return ErrUnknown
	}
	delete(m.endpoints, id)
	m.clear(id)
	return ctx.Err()
}

// Forget implements Store.
func (m *Memory) Forget(ctx context.Context, t scim.TenantID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.endpoints) + len(m.deliveries)
	maps.DeleteFunc(m.endpoints, func(_ string, e Endpoint) bool { return e.Tenant == t })
	maps.DeleteFunc(m.deliveries, func(k deliveryKey, _ Delivery) bool { return k.tenant == t })
	return before - len(m.endpoints) - len(m.deliveries), ctx.Err()
}

// before returns the first delivery of the resource of d that waits.
func (m *Memory) before(d *Delivery) (first *Delivery) {
	for k, o := range m.deliveries {
		if k.endpoint == d.Endpoint && k.tenant == d.Tenant && o.Resource == d.Resource && o.Dead.IsZero() && (first == nil || o.Seq < first.Seq) {
			first = &o
		}
	}
	return first
}

// Follow implements Outbox.
func (m *Memory) Follow(ctx context.Context, d Delivery) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.before(&d) == nil {
		return false, ctx.Err()
	}
	if _, ok := m.deliveries[keyOf(&d)]; !ok {
		m.deliveries[keyOf(&d)] = d
	}
	return true, ctx.Err()
}

// Add implements Outbox.
func (m *Memory) Add(ctx context.Context, anew bool, list ...Delivery) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range list {
		if _, ok := m.deliveries[keyOf(&d)]; !ok || anew {
			m.deliveries[keyOf(&d)] = d
		}
	}
	return ctx.Err()
}

// Claim implements Outbox.
func (m *Memory) Claim(ctx context.Context, endpoint string, now, until time.Time) (*Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found *Delivery
	for k, d := range m.deliveries {
		due := k.endpoint == endpoint && d.Dead.IsZero() && !d.Next.After(now)
		if due && (found == nil || compareDue(&d, found) < 0) && m.before(&d).Seq == d.Seq {
			found = &d
		}
	}
	if found != nil {
		found.Next = until
		m.deliveries[keyOf(found)] = *found
	}
	return found, ctx.Err()
}

func compareDue(a, b *Delivery) int {
	return cmp.Or(a.Next.Compare(b.Next), strings.Compare(a.Tenant.String(), b.Tenant.String()), cmp.Compare(a.Seq, b.Seq))
}

// Done implements Outbox.
func (m *Memory) Done(ctx context.Context, d Delivery) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.deliveries, keyOf(&d))
	return ctx.Err()
}

// Failed implements Outbox.
func (m *Memory) Failed(ctx context.Context, d Delivery) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.deliveries[keyOf(&d)]; !ok {
		return ctx.Err()
	}
	m.deliveries[keyOf(&d)] = d
	if !d.Dead.IsZero() {
		maps.DeleteFunc(m.deliveries, func(k deliveryKey, o Delivery) bool {
			return k.endpoint == d.Endpoint && !o.Dead.IsZero() && o.Dead.Before(d.Dead.Add(-scim.DefaultAge))
		})
	}
	return ctx.Err()
}

// Hurry implements Outbox.
func (m *Memory) Hurry(ctx context.Context, endpoint string, at time.Time, anew bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, d := range m.deliveries {
		if k.endpoint == endpoint && d.Dead.IsZero() {
			if d.Next = at; anew {
				d.Tries, d.First = 0, time.Time{}
			}
			m.deliveries[k] = d
		}
	}
	return ctx.Err()
}

// Letters implements LetterReader.
func (m *Memory) Letters(ctx context.Context, endpoint string, t scim.TenantID, first int64, limit int) ([]Delivery, error) {
	list, err := m.Deliveries(ctx, endpoint, true, math.MaxInt)
	list = slices.DeleteFunc(list, func(d Delivery) bool { return d.Tenant != t || d.Seq < first })
	return list[:min(len(list), limit)], err
}

// Deliveries implements Outbox.
func (m *Memory) Deliveries(ctx context.Context, endpoint string, dead bool, limit int) (out []Delivery, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, d := range m.deliveries {
		if k.endpoint == endpoint && d.Dead.IsZero() != dead {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Delivery) int {
		return cmp.Or(strings.Compare(a.Tenant.String(), b.Tenant.String()), cmp.Compare(a.Seq, b.Seq))
	})
	return out[:min(len(out), limit)], ctx.Err()
}
