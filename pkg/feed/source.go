package feed

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Options of New. Zero fields take the defaults.
type Options struct {
	// Types returns the resource types of a tenant. By default a tenant has User, with the enterprise
	// extension, and Group. What the types do not know is in no fact.
	Types func(ctx context.Context, t scim.TenantID) (*scim.Types, error)
	// Poll is how long a waiting reader sleeps before it asks the store again; 200 ms by default.
	Poll time.Duration
}

// Source makes facts of what a Store keeps. It is safe for concurrent use.
type Source struct {
	store scim.Store
	feed  scim.Feed
	types func(context.Context, scim.TenantID) (*scim.Types, error)
	poll  time.Duration
}

// New returns a Source over a store. The error is scim.ErrNoFeed if the store is no scim.Feed.
func New(store scim.Store, o Options) (*Source, error) {
	feed, ok := store.(scim.Feed)
	if !ok {
		return nil, scim.ErrNoFeed
	}
	if o.Types == nil {
		types := &scim.Types{List: []*schema.ResourceType{schema.UserType(), schema.GroupType()}}
		o.Types = func(context.Context, scim.TenantID) (*scim.Types, error) { return types, nil }
	}
	return &Source{store: store, feed: feed, types: o.Types, poll: cmp.Or(o.Poll, 200*time.Millisecond)}, nil
}

// Bounds of what Read asks the store for, and of what it returns: a fact may be as large as two resources.
const (
	entriesAtOnce = 100
	peopleAtOnce  = 100
	mostBytes     = 2 << 20 // of documents and names, but for one fact
)

// Read returns the facts of a tenant that have a number above after, in order and without a gap: at most
// limit, and fewer only if no more follow or if they are large (2 MB together). No facts: after is the last number.
//
//	*scim.GoneError  facts above after have expired: start anew, see Snapshot
//	scim.ErrNoFeed   the store keeps none
func (s *Source) Read(ctx context.Context, t scim.TenantID, after int64, limit int) ([]Fact, error) {
	var out []Fact
	var types *scim.Types
	size := 0
	for len(out) < limit && size < mostBytes {
		entries, err := s.feed.Entries(ctx, t, after, min(limit-len(out), entriesAtOnce))
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			break
		}
		if types == nil {
			if types, err = s.types(ctx, t); err != nil {
				return nil, err
			}
		}
		for i := range entries {
			if i > 0 && entries[i].First != entries[i-1].Last+1 {
				break // one between them has expired: the next Read says so
			}
			if len(out) >= limit || size >= mostBytes {
				break
			}
			facts, err := Facts(t, types, &entries[i])
			if err != nil {
				return nil, err
			}
			for j := range facts {
				if f := &facts[j]; f.Seq > after && len(out) < limit && size < mostBytes {
					out, size = append(out, *f), size+weight(&entries[i], f)
				}
			}
		}
		after = out[len(out)-1].Seq
	}
	return out, s.people(ctx, t, types, out)
}

// weight is about how many bytes a fact of an entry has.
func weight(e *scim.Entry, f *Fact) (n int) {
	if f.Member == nil {
		for _, r := range []*scim.Resource{e.Before, e.After} {
			if r != nil {
				n += len(r.Document)
			}
		}
		return n
	}
	if f.Group != nil {
		n = len(f.Group.Name)
	}
	return n + len(f.Member.Display)
}

// people shows the members of memberships, as they are now.
func (s *Source) people(ctx context.Context, t scim.TenantID, types *scim.Types, facts []Fact) error {
	seen := map[scim.Ref]*User{}
	var refs []scim.Ref
	for i := range facts {
		m := facts[i].Member
		if m == nil {
			continue
		}
		ref := scim.Ref{Type: m.Type, ID: m.ID}
		if rt := types.ByName(m.Type); rt == nil || !rt.IsUser() {
			continue
		}
		if _, ok := seen[ref]; !ok {
			seen[ref] = nil
			refs = append(refs, ref)
		}
	}
	for some := range slices.Chunk(refs, peopleAtOnce) { // little of each is kept
		found, err := s.many(ctx, t, some)
		if err != nil {
			return err
		}
		for _, r := range found {
			doc, err := shown(types.ByName(r.Type), r)
			if err != nil {
				return err
			}
			seen[scim.Ref{Type: r.Type, ID: r.ID}] = userOf(r, doc)
		}
	}
	for i := range facts {
		if m := facts[i].Member; m != nil {
			facts[i].User = seen[scim.Ref{Type: m.Type, ID: m.ID}]
		}
	}
	return nil
}

// many reads the resources that exist among refs.
func (s *Source) many(ctx context.Context, t scim.TenantID, refs []scim.Ref) (out []*scim.Resource, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	if b, ok := s.store.(scim.BatchGetter); ok {
		return b.GetMany(ctx, t, refs)
	}
	for _, ref := range refs {
		r, err := s.store.Get(ctx, t, ref.Type, ref.ID)
		if errors.Is(err, scim.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Last returns the last number of a tenant, 0 if it has none.
func (s *Source) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	return s.feed.Last(ctx, t)
}

// Wait returns when a tenant has a fact above after, or a time has passed, or ctx has ended; the last
// with its error. A negative time is no bound.
func (s *Source) Wait(ctx context.Context, t scim.TenantID, after int64, most time.Duration) error {
	for end := time.Now().Add(most); ; {
		last, err := s.feed.Last(ctx, t)
		if err != nil || last != after {
			return err
		}
		pause := s.poll
		if most >= 0 {
			pause = min(pause, time.Until(end))
		}
		if pause <= 0 {
			return nil
		}
		if err := async.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// factsAtOnce is how many facts Follow reads ahead.
const factsAtOnce = 100

// Follow returns the facts of a tenant that have a number above after, and then waits for more, until the
// caller has had enough or there is an error: one of Read, or that of ctx.
func (s *Source) Follow(ctx context.Context, t scim.TenantID, after int64) iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		for {
			facts, err := s.Read(ctx, t, after, factsAtOnce)
			for i := range facts {
				if after = facts[i].Seq; !yield(facts[i], nil) {
					return
				}
			}
			if err == nil && len(facts) == 0 {
				err = s.Wait(ctx, t, after, -1)
			}
			if err != nil {
				yield(Fact{}, err)
				return
			}
		}
	}
}
