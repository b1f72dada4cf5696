package admin

import "context"

// Reindex implements API.
func (s *Service) Reindex(ctx context.Context, name string, all bool) (*IndexReport, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	if s.o.Reindexer == nil {
		return &IndexReport{Tenant: name, Done: true, Duplicates: []Duplicate{}}, nil // it computes its keys anew
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
		return &CountReport{Tenant: name, Done: true, Types: []Count{}}, nil // its totals are exact
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
