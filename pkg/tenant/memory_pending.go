package tenant

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

var _ Builds = (*Memory)(nil)

// Unbuilt implements Builds.
func (m *Memory) Unbuilt(context.Context) (ids []scim.TenantID, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for id, r := range m.byID {
		if len(r.Settings.Pending) > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b scim.TenantID) int { return strings.Compare(a.String(), b.String()) })
	return ids, nil
}

// Built implements Builds.
func (m *Memory) Built(_ context.Context, id scim.TenantID, done []Pending) error {
	return m.change(id, func(r *Record) error { return r.Settings.SetPending(PendingWithout(r.Settings.Pending, done)) })
}
