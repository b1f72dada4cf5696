package admin

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// put replaces the settings of a tenant. A Directory that counts on a Reindexer gets no index here that needs one: what
// it takes to be pending has no keys to build, because checkKeys has found none.
func (s *Service) put(ctx context.Context, before *tenant.Settings, now tenant.Settings) error {
	builds, keeps := s.dir.(tenant.Builds)
	if s.o.Reindexer != nil || !keeps {
		return s.dir.Put(ctx, now)
	}
	if err := now.Buildable(*before); err != nil {
		return err
	}
	if err := s.dir.Put(ctx, now); err != nil {
		return err
	}
	r, err := s.dir.Resolve(ctx, now.ID)
	if err != nil || len(r.Settings.Pending) == 0 {
		return err
	}
	done := slices.Clone(r.Settings.Pending)
	for i := range done {
		done[i].State = scim.IndexUnique
	}
	return builds.Built(ctx, now.ID, done)
}
