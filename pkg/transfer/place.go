package transfer

import (
	"context"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Place is where tenants are kept. Directory and Store are required.
type Place struct {
	Name      string // for people, in the file and in errors; it has no secret
	Directory tenant.Directory
	Store     scim.Store
	// Positions keeps the mark of imports: that one works at the tenant, and up to which fact of its feed the tenant is
	// what imports have made. nil: neither is known, and an import over a tenant that is there must be confirmed.
	Positions feed.Positions
	Webhooks  webhook.Store // nil: the place keeps none
}

// feed is the feed of the store, nil if it keeps none.
func (p *Place) feed(ctx context.Context, t scim.TenantID) (f scim.Feed, last int64) {
	f, ok := p.Store.(scim.Feed)
	if !ok {
		return nil, 0
	}
	last, err := f.Last(ctx, t)
	if err != nil {
		return nil, 0
	}
	return f, last
}

// restarter is a Store whose feed can be made to go on at another number.
type restarter interface {
	RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error)
}

// ref is a resource in the order of a file: by the place of its type in the settings, and then by id.
type ref struct {
	rank int
	id   string
}

// compare orders refs.
func (r ref) compare(o ref) int {
	switch {
	case r.rank != o.rank:
		return r.rank - o.rank
	case r.id < o.id:
		return -1
	case r.id > o.id:
		return 1
	}
	return 0
}
