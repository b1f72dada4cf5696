package storetest_test

import (
	"context"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// kept is a faulty store over the calls that another one has logged, as a file of changes is.
type kept struct {
	*faulty
	log *[]func(*faulty)
}

// keptData opens stores on the same log.
func keptData(fault string) func(*testing.T) func() scim.Store {
	return func(*testing.T) func() scim.Store {
		log, opened := &[]func(*faulty){}, 0
		return func() scim.Store {
			s := newFaulty("")
			for _, again := range *log {
				again(s)
			}
			if opened++; opened > 1 {
				s.fault = fault
				s.forget()
			}
			s.fault = fault
			return kept{s, log}
		}
	}
}

func (k kept) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	r, err := k.faulty.Commit(ctx, t, c)
	if err != nil && !k.is("opened again with what was refused") {
		return r, err
	}
	if err != nil {
		c.If, c.AddMembers = scim.IfAny, nil
		if c.Put != nil {
			c.If, c.Keys = scim.IfAbsent, nil
		}
	}
	switch {
	case k.is("opened again without hidden attributes") && c.Put != nil:
		put := *c.Put
		put.Hidden = nil
		c.Put = &put
	case k.is("opened again without externalId") && c.Put != nil:
		put := *c.Put
		put.ExternalID = ""
		c.Put = &put
	case k.is("opened again with times of full seconds"):
		c.Now = c.Now.Truncate(time.Second)
	case k.is("opened again without new names"):
		c.Display = ""
	case k.is("opened again without ClearMembers"):
		c.ClearMembers = false
	case k.is("opened again with removed members") && c.Remove && c.Type == "User":
		return r, err
	}
	*k.log = append(*k.log, func(s *faulty) { _, _ = s.Commit(context.Background(), t, c) })
	return r, err
}

func (k kept) SetKeys(ctx context.Context, t scim.TenantID, typ string, attrs []string, list []scim.Keyed) ([]string, error) {
	changed, err := k.faulty.SetKeys(ctx, t, typ, attrs, list)
	if !k.is("opened again without set keys") {
		*k.log = append(*k.log, func(s *faulty) { _, _ = s.SetKeys(context.Background(), t, typ, attrs, list) })
	}
	return changed, err
}

// forget is what a store does not find at its start.
func (s *faulty) forget() {
	for _, d := range s.tenants {
		switch {
		case s.is("opened again without the feed"):
			d.feed, d.last = nil, 0
		case s.is("opened again with versions of 1"):
			for ref, r := range d.docs {
				next := *r.Resource
				next.Version = 1
				d.docs[ref] = &record{&next, r.keys}
			}
		case s.is("opened again without keys"):
			for ref, r := range d.docs {
				d.docs[ref] = &record{r.Resource, nil}
			}
		case s.is("opened again without members"):
			for _, n := range []string{"50", "51", "52"} {
				delete(d.edges, "01900000-0000-7000-8000-0000000000"+n)
			}
		}
	}
}
