package activity

import (
	"context"
	"fmt"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Named lists tenants: a tenant.Directory does. It returns at most limit names after a name, ascending.
type Named interface {
	Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)
}

// Overall reads the logs of all tenants, or of some, as one log. It checks no credential: a program must
// ask for the rights of an operator before it calls it.
// It is safe for concurrent use if its parts are.
type Overall struct {
	Log     Log
	Tenants Named
}

// TenantRecord is a record in the log of all tenants.
type TenantRecord struct {
	Explained
	Tenant string `json:"tenant"`
}

// Whole is a part of the log of all tenants.
type Whole struct {
	Records []TenantRecord `json:"records"` // newest first
	Next    string         `json:"next,omitempty"`
}

const (
	tenantsAtOnce = 16   // whose logs are read at the same time
	namesAtOnce   = 500  // names in one question
	maxTenants    = 5000 // of one Query
	firstRead     = 10   // records of each tenant that are read at first
)

// TooManyTenantsError says that there are more tenants than one Query of an Overall reads.
type TooManyTenantsError struct{ Limit int }

func (e *TooManyTenantsError) Error() string {
	return fmt.Sprintf("the logs of more than %d tenants cannot be read as one; name some tenants", e.Limit)
}

// Query returns a page of the records of the tenants with these ids, or of all if there are none. q.Limit
// is as in Log.Query, and q.After is Whole.Next of the page before it. It reads a few records of each
// tenant, and more of those with the newest ones, so that a page costs little more than one read for each
// tenant. Records of the same microsecond are in the order of their ids.
//
//	ErrCursor             q.After is not a Whole.Next
//	*TooManyTenantsError  there are more than 5,000 tenants
func (o *Overall) Query(ctx context.Context, ids []scim.TenantID, q Query) (Whole, error) {
	q, err := q.Bounded()
	if err != nil {
		return Whole{}, err
	}
	if len(ids) == 0 {
		if ids, err = o.names(ctx); err != nil {
			return Whole{}, err
		}
	}
	streams := make([]*stream, len(ids))
	for i, id := range ids {
		streams[i] = &stream{log: o.Log, tenant: id, q: q, size: min(q.Limit, firstRead)}
	}
	if err := async.Each(ctx, tenantsAtOnce, streams, func(ctx context.Context, s *stream) error { return s.fill(ctx) }); err != nil {
		return Whole{}, err
	}
	out := Whole{Records: []TenantRecord{}}
	for len(out.Records) < q.Limit {
		s := newestStream(streams)
		if s == nil {
			return out, nil
		}
		r, more, err := s.take(ctx)
		if err != nil {
			return Whole{}, err
		}
		if !more { // few records match: what follows is read with the next page
			out.Next = s.q.After
			return out, nil
		}
		out.Records = append(out.Records, TenantRecord{explained(&r, some(q.Resource)...), r.Tenant.String()})
	}
	if newestStream(streams) != nil {
		out.Next = out.Records[len(out.Records)-1].ID
	}
	return out, nil
}

func some(resource string) []string {
	if resource == "" {
		return nil
	}
	return []string{resource}
}

// names returns the ids of all tenants.
func (o *Overall) names(ctx context.Context) (all []scim.TenantID, err error) {
	for after := ""; ; after = all[len(all)-1].String() {
		part, err := o.Tenants.Names(ctx, after, namesAtOnce)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if len(all) > maxTenants {
			return nil, &TooManyTenantsError{maxTenants}
		}
		if len(part) < namesAtOnce {
			return all, nil
		}
	}
}

// stream is the log of one tenant, newest first.
type stream struct {
	log    Log
	tenant scim.TenantID
	q      Query
	size   int
	have   []Record
	ended  bool
}

// fill reads a page if there is none.
func (s *stream) fill(ctx context.Context) error {
	if len(s.have) > 0 || s.ended {
		return nil
	}
	s.q.Limit = s.size
	page, err := s.log.Query(ctx, s.tenant, s.q)
	if err != nil {
		return fmt.Errorf("tenant %s: %w", s.tenant, err)
	}
	s.have, s.ended = page.Records, page.Next == ""
	s.q.After, s.size = page.Next, MaxLimit
	return nil
}

// head is the id of the newest record that is left, or before which records may be left; "" at the end.
func (s *stream) head() string {
	if len(s.have) > 0 {
		return s.have[0].ID
	}
	if s.ended {
		return ""
	}
	return s.q.After
}

// take removes the newest record. more is false if a read has found none and there may be older ones.
func (s *stream) take(ctx context.Context) (r Record, more bool, err error) {
	if len(s.have) == 0 {
		return r, false, nil
	}
	r, s.have = s.have[0], s.have[1:]
	return r, true, s.fill(ctx)
}

// newestStream is the stream with the newest record; nil if all have ended.
func newestStream(streams []*stream) (newest *stream) {
	for _, s := range streams {
		if head := s.head(); head != "" && (newest == nil || head > newest.head()) {
			newest = s
		}
	}
	return newest
}
