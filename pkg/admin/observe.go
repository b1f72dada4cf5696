package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/health"
	"github.com/scimstack/scimstack/pkg/scim"
)

// ObserveAPI is how the connections are, and what happened. Neither costs more when there was more traffic: health reads
// hourly counts, and the log a page of the newest records.
type ObserveAPI interface {
	// Health returns the health of all tenants, the worst first, after a cursor; at most limit, 50 if it is 0.
	Health(ctx context.Context, cursor string, limit int) (*health.Page, error)
	TenantHealth(ctx context.Context, name string) (*health.Tenant, error)
	// Log returns a page of the provisioning logs of all tenants, or of some, as one log, newest first.
	Log(ctx context.Context, q LogQuery) (*activity.Whole, error)
}

// LogQuery selects records of the provisioning logs.
type LogQuery struct {
	activity.Query
	Tenants []string // none: all
	// User is the userName, displayName, externalId or id of a user or a group, also of one that is gone. With it,
	// Tenants has exactly one.
	User string
}

func (s *Service) health(ctx context.Context) (*health.Service, error) {
	if s.o.Log == nil {
		return nil, unsupported("tell the health of connections: it has no provisioning log")
	}
	s.settleLog(ctx)
	h, err := health.New(s.dir, s.o.Log, s.now)
	if err != nil {
		return nil, unsupported("tell the health of connections: its log counts nothing")
	}
	return h, nil
}

func (s *Service) settleLog(ctx context.Context) {
	if s.o.SettleLog != nil {
		s.o.SettleLog(ctx)
	}
}

// Health implements API.
func (s *Service) Health(ctx context.Context, cursor string, limit int) (*health.Page, error) {
	h, err := s.health(ctx)
	if err != nil {
		return nil, err
	}
	page, err := h.All(ctx, cursor, limit)
	if errors.Is(err, health.ErrCursor) {
		return nil, noCursor()
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		// the store is slow, or has more tenants than one page of health can read
		return nil, fail(Busy, "tenants", "they cannot be read in the time of one request", "try again; if that does not help, ask for the health of one tenant at a time, or read the store itself: scimstack health --store")
	}
	if err != nil {
		return nil, AsError(err)
	}
	return &page, nil
}

// TenantHealth implements API.
func (s *Service) TenantHealth(ctx context.Context, name string) (*health.Tenant, error) {
	h, err := s.health(ctx)
	if err != nil {
		return nil, err
	}
	id, err := tenantID(name)
	if err != nil {
		return nil, err
	}
	t, err := h.Tenant(ctx, id)
	if err != nil {
		return nil, AsError(err)
	}
	return t, nil
}

// Log implements API.
func (s *Service) Log(ctx context.Context, q LogQuery) (*activity.Whole, error) {
	if s.o.Log == nil {
		return nil, unsupported("show what happened: it has no provisioning log")
	}
	names := slices.Compact(slices.Sorted(slices.Values(q.Tenants)))
	ids := make([]scim.TenantID, len(names))
	for i, name := range names {
		var err error
		if ids[i], err = s.existing(ctx, name); err != nil {
			return nil, err
		}
	}
	s.settleLog(ctx)
	if q.User != "" {
		return s.history(ctx, q)
	}
	overall := activity.Overall{Log: s.o.Log, Tenants: s.dir}
	whole, err := overall.Query(ctx, ids, q.Query)
	var many *activity.TooManyTenantsError
	switch {
	case errors.Is(err, activity.ErrCursor):
		return nil, noCursor()
	case errors.As(err, &many):
		return nil, fail(Invalid, "tenant", "there are more than "+strconv.Itoa(many.Limit)+" tenants", "name some of them")
	case err != nil:
		return nil, AsError(err)
	}
	return &whole, nil
}

// history is the log of a person or a group.
func (s *Service) history(ctx context.Context, q LogQuery) (*activity.Whole, error) {
	if len(q.Tenants) != 1 {
		return nil, fail(Invalid, "user", "it needs exactly one tenant", "name the tenant")
	}
	r, err := s.resolve(ctx, q.Tenants[0])
	if err != nil {
		return nil, err
	}
	t, err := r.Settings.Tenant()
	if err != nil {
		return nil, AsError(err)
	}
	answer, err := activity.People{Log: s.o.Log, Find: activity.FindIn(s.o.Store)}.History(ctx, t, q.User, q.Query)
	if errors.Is(err, activity.ErrCursor) {
		return nil, noCursor()
	}
	if err != nil {
		return nil, AsError(err)
	}
	out := &activity.Whole{Records: make([]activity.TenantRecord, len(answer.Records)), Next: answer.Next}
	for i := range answer.Records {
		out.Records[i] = activity.TenantRecord{Tenant: q.Tenants[0], Explained: answer.Records[i]}
	}
	return out, nil
}

// existing returns the id of a tenant that exists.
func (s *Service) existing(ctx context.Context, name string) (scim.TenantID, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return scim.TenantID{}, err
	}
	return r.Settings.ID, nil
}

func noCursor() error {
	return fail(Invalid, "cursor", "it is not the next of a page", "use the value of next as it was returned")
}
