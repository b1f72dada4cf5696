package activity

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// AppendCounted implements Counter.
func (m *Memory) AppendCounted(ctx context.Context, records []Record, counts []Tally) error {
	lost := &LostError{}
	m.mu.Lock()
	for _, t := range counts {
		if t.Tenant.IsZero() {
			lost.Tallies, lost.Cause = lost.Tallies+1, ErrTenant
			continue
		}
		m.of(t.Tenant).add(t)
	}
	m.mu.Unlock()
	var some *LostError
	if err := m.AppendAll(ctx, records); errors.As(err, &some) {
		lost.Lost, lost.Cause = some.Lost, errors.Join(lost.Cause, some.Cause)
	}
	if lost.Cause == nil {
		return nil
	}
	return lost
}

// add adds a tally, and forgets those that are too old.
func (s *shelves) add(t Tally) {
	at := tallyKey{t.Tenant, t.Hour.Unix(), t.Key}
	if have := s.counts[at]; have != nil {
		have.Add(t)
		return
	}
	t.Failed = maps.Clone(t.Failed)
	s.counts[at] = &t
	if t.Hour.After(s.newest) {
		s.newest = t.Hour
		maps.DeleteFunc(s.counts, func(k tallyKey, _ *Tally) bool { return k.hour < s.newest.Add(-TalliesFor).Unix() })
	}
}

// Tallies implements Counter.
func (m *Memory) Tallies(_ context.Context, t scim.TenantID, from time.Time) ([]Tally, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := m.by[t]
	if s == nil {
		return nil, nil
	}
	var out []Tally
	for at, have := range s.counts {
		if at.hour >= HourOf(from).Unix() {
			one := *have
			one.Failed = maps.Clone(have.Failed)
			out = append(out, one)
		}
	}
	sortTallies(out)
	return out, nil
}
