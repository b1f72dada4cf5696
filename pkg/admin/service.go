package admin

import (
	"context"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Options of New. Directory and Store are required.
type Options struct {
	Directory tenant.Directory
	Store     scim.Store       // whose resources a change of schemas is checked against
	Operators tenant.Operators // nil: there are none, and none can be made
	Log       activity.Log     // nil: changes are in Logger only
	Logger    *slog.Logger     // gets every change too, because a log of a tenant ends with the tenant; nil is slog.Default
	Now       func() time.Time // nil is time.Now
	// Webhooks keeps webhooks in its Store and checks them: Forms and Loopback say what is accepted. Redelivery reads its
	// Source. It need not run here. nil: there are none; Unsupported.
	Webhooks *webhook.Sender
	// Changed is called after each change of a tenant, for instance to have it take effect at once in this process:
	// scimstack.Service.Forget. It must not block. nil: within 60 seconds.
	Changed func(id scim.TenantID)
	// SettleLog is called before Log is read, as activity.Gate.Settle: scimstack.Service.SettleLog. nil: requests that
	// were answered a moment ago may be missing.
	SettleLog func(ctx context.Context)

	// Deleter deletes tenants. nil removes the resources one by one, if the Directory has a method
	// Remove(scim.TenantID) bool as tenant.Memory has.
	Deleter Deleter
	// Reindexer builds indexes. nil is a Builder, if the Store and the Directory have the abilities. Without either nothing builds
	// the keys of resources that are there, and a change that needs some is refused; Unsupported.
	Reindexer Reindexer
	Recounter Recounter // nil: the store has no counters; Unsupported
}

// Deleter is what a store can do for DeleteTenant.
type Deleter interface {
	// Inventory counts what Delete would remove, by kind. deleting says that a deletion has begun.
	Inventory(ctx context.Context, id scim.TenantID) (found map[string]int, deleting bool, err error)
	// Delete removes a tenant with everything that is kept for it, and continues what was interrupted. A
	// zero wait is what the store needs, and a negative one none.
	Delete(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(removed map[string]int, waiting time.Duration)) (map[string]int, error)
}

// Reindexer is what a store can do for Reindex. It continues what was interrupted.
type Reindexer interface {
	Reindex(ctx context.Context, id scim.TenantID, all bool) (IndexReport, error)
}

// Recounter is what a store can do for Recount. It continues what was interrupted.
type Recounter interface {
	Recount(ctx context.Context, id scim.TenantID) ([]Count, error)
}

// Service is the administration over a store. Make it with New. It is safe for concurrent use.
type Service struct {
	o   Options
	dir tenant.Directory
	now func() time.Time
}

var _ API = (*Service)(nil)

// New returns a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Deleter == nil {
		if r, ok := o.Directory.(remover); ok {
			o.Deleter = oneByOne{store: o.Store, dir: o.Directory, remove: r, hooks: o.Webhooks}
		}
	}
	if o.Reindexer == nil {
		if b := NewBuilder(BuilderOptions{Directory: o.Directory, Store: o.Store, Now: o.Now, Changed: o.Changed, Logger: o.Logger}); b != nil {
			o.Reindexer = b
		}
	}
	return &Service{o: o, dir: o.Directory, now: o.Now}
}

// resolve returns a tenant by its name.
func (s *Service) resolve(ctx context.Context, name string) (*tenant.Record, error) {
	id, err := tenantID(name)
	if err != nil {
		return nil, err
	}
	r, err := s.dir.Resolve(ctx, id)
	if err != nil {
		return nil, AsError(err)
	}
	return r, nil
}

// tenantID is scim.ParseTenantID with an error for the caller.
func tenantID(name string) (scim.TenantID, error) {
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return id, fail(Invalid, "name", "it cannot be the name of a tenant", "use 3 to 32 characters of a-z, 0-9 and -, and no reserved word such as admin or users")
	}
	return id, nil
}
