package activity

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// HintedIdPs are the identity providers that have hints, sorted.
func HintedIdPs() []string { return slices.Sorted(maps.Keys(hints)) }

// Bytes is the size of the records of a tenant as the Memory counts it.
func (m *Memory) Bytes(t scim.TenantID) int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if s := m.by[t]; s != nil {
		return s.own.bytes + s.strange.bytes
	}
	return 0
}
