package admin

import "context"

// Reindex implements API.
func (s *Service) Reindex(ctx context.Context, name string, all bool) (*IndexReport, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	if s.o.Reindexer == nil {
		return nil, fail(Unsupported, "", "nothing in this store builds indexes", "the indexes that a tenant has are complete: nothing is to be done")
	}
	out, err := s.o.Reindexer.Reindex(ctx, r.Settings.ID, all)
	if err != nil {
		return nil, AsError(err)
	}
	out.Tenant = name
	if out.Duplicates == nil {
		out.Duplicates = []Duplicate{}
	}
	s.record(ctx, change{tenant: r.Settings.ID, operation: "tenant.reindex", idp: r.Settings.IdP, after: map[string]any{"read": out.Read, "written": out.Written, "duplicates": len(out.Duplicates)}})
	return &out, nil
}

// Recount implements API.
func (s *Service) Recount(ctx context.Context, name string) (*CountReport, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	if s.o.Recounter == nil {
		return nil, fail(Unsupported, "", "this store has no counters: its totals are exact", "nothing is to be done")
	}
	types, err := s.o.Recounter.Recount(ctx, r.Settings.ID)
	out := &CountReport{Tenant: name, Done: true, Types: types}
	switch {
	case err != nil && ctx.Err() != nil:
		out.Done = false
	case err != nil:
		return nil, AsError(err)
	}
	if out.Types == nil {
		out.Types = []Count{}
	}
	s.record(ctx, change{tenant: r.Settings.ID, operation: "tenant.recount", idp: r.Settings.IdP, after: map[string]any{"done": out.Done}})
	return out, nil
}
