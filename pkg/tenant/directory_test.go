package tenant_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/tenant/tenanttest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	open := func(*testing.T) tenant.Directory { return tenant.NewMemory() }
	tenanttest.Behaviour(t, open)
	tenanttest.Concurrency(t, open)
}

func TestMemoryOperators(t *testing.T) {
	t.Parallel()
	tenanttest.RunOperators(t, &tenant.MemoryOperators{})
}
