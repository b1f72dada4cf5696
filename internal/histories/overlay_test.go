package histories

import (
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestOverlay: a dry run answers as the store under it would. The other store has no more abilities than an overlay has.
func TestOverlay(t *testing.T) {
	t.Parallel()
	histories(t, racing.Size(6, dynamotest.Size(24, 300)), "bare", "overlay")
}

// bare is a store in memory without the abilities that an overlay does not have.
type bare struct {
	scim.Store
	scim.Bounded
}

func onBare(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	b := inMemory(t, c)(t)
	m := memory.NewWith(memory.Options{Now: c.now})
	b.store = bare{m, m}
	return func(*testing.T) backend { return b }
}

// onOverlay has an overlay over a store in memory, and with each restart one more over the last: a history is then in parts of
// which only the last may be changed.
func onOverlay(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	b := inMemory(t, c)(t)
	return func(*testing.T) backend {
		b.store = overlay.New(b.store)
		return b
	}
}
