package adminhttp_test

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// faulty is a Directory that fails.
type faulty struct {
	tenant.Directory
	fault func() error
}

func (f faulty) Resolve(context.Context, scim.TenantID) (*tenant.Record, error) {
	return nil, f.fault()
}
