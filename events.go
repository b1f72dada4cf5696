package scimstack

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Feed returns what makes facts of the changes in the Store: for feed.Consumer, and for a program that reads
// them itself. It is nil if the Store keeps no feed.
func (s *Service) Feed() *feed.Source { return s.feed }

// source makes the Source of the Store, if it keeps a feed.
func (s *Service) source() error {
	var err error
	s.feed, err = feed.New(s.c.Store, feed.Options{Types: feed.TypesOf(s.gate.Authenticator)})
	if errors.Is(err, scim.ErrNoFeed) {
		return nil
	}
	return err
}

// FeedGate returns who may read the feed, and, in Tenants, how to list the tenants: for webhook.Sender and
// secevent.Transmitter.
func (s *Service) FeedGate() feed.Gate {
	return feed.Gate{Authenticator: s.gate.Authenticator, Admit: s.gate.Admit, Operator: s.c.AllEvents, Tenants: allTenants(s.c.Tenants), Log: s.c.Logger}
}

func (s *Service) addEvents() error {
	if err := s.source(); err != nil {
		return err
	}
	if s.feed == nil && s.c.AllEvents != nil {
		return bad("AllEvents", "is set, and there is no feed to read, because Store is no scim.Feed; use a Store that keeps one, such as memory.New(), or leave AllEvents out")
	}
	if s.feed == nil {
		return nil
	}
	s.events = feed.NewHandler(s.feed, s.FeedGate())
	s.exact[eventsPath] = s.events
	if s.rest == nil {
		s.rest = s.events // answers other paths in the form of SCIM
	}
	return nil
}

// allTenants returns how to list the tenants of a Resolver, or nil if it does not know them.
func allTenants(r tenant.Resolver) func(context.Context) ([]scim.TenantID, error) {
	const page = 1000
	switch r := r.(type) {
	case interface {
		Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)
	}:
		return func(ctx context.Context) (all []scim.TenantID, err error) {
			for after := ""; ; after = all[len(all)-1].String() {
				some, err := r.Names(ctx, after, page)
				all = append(all, some...)
				if err != nil || len(some) < page {
					return all, err
				}
			}
		}
	case interface {
		List(ctx context.Context) ([]scim.TenantID, error)
	}:
		return r.List
	}
	return nil
}
