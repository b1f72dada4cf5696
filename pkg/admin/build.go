package admin

import (
	"context"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	buildPage     = 200  // resources that get their keys in one call of the store
	maxBuildTries = 10   // for resources that others change all the time
	maxDuplicates = 1000 // that one report names
	progressPages = 50   // between two lines in the log
)

// build is the build of a tenant's indexes, and how far it is.
type build struct {
	b       *Builder
	tenant  *scim.Tenant
	pending []tenant.Pending // that it completes
	all     bool
	wanted  []scim.Index // that it makes keys of
	counts  map[scim.IndexName]int

	types []*schema.ResourceType // the first one is at work
	after string                 // the last id of it that is done
	read  int
	out   IndexReport // of the call
}

func (b *Builder) begin(s *tenant.Settings, all bool) (*build, error) {
	t, err := s.Tenant()
	if err != nil {
		return nil, err
	}
	w := &build{b: b, tenant: t, pending: slices.Clone(s.Pending), all: all, counts: map[scim.IndexName]int{}}
	for _, ix := range engine.Indexes(t) {
		if all || slices.ContainsFunc(w.pending, func(p tenant.Pending) bool { return p.Name() == ix.IndexName }) {
			w.wanted = append(w.wanted, ix)
		}
	}
	for _, rt := range t.Types.List {
		if len(w.attrs(rt)) > 0 {
			w.types = append(w.types, rt)
		}
	}
	return w, nil
}

// continues reports whether a build is still of what the settings ask for.
func (w *build) continues(s *tenant.Settings, all bool) bool {
	return w.all == all && slices.EqualFunc(w.pending, s.Pending, tenant.Pending.Is)
}

// attrs are the attributes of a type whose keys are made.
func (w *build) attrs(rt *schema.ResourceType) (attrs []string) {
	for _, ix := range w.wanted {
		if ix.Type == rt.Name {
			attrs = append(attrs, ix.Attr)
		}
	}
	return attrs
}

// unique reports whether one resource at most may have a key.
func (w *build) unique(rt *schema.ResourceType, k scim.IndexKey) bool {
	return slices.ContainsFunc(w.wanted, func(ix scim.Index) bool { return ix.Unique && ix.Type == rt.Name && ix.Attr == k.Attr })
}

// run goes on until all is done, or short ends.
func (w *build) run(ctx, short context.Context) error {
	for pages := 1; len(w.types) > 0; pages++ {
		if err := short.Err(); err != nil {
			return err
		}
		rt := w.types[0]
		page, err := w.b.o.Store.List(ctx, w.tenant.ID, rt.Name, scim.Page{After: w.after, Limit: buildPage})
		if err != nil {
			return err
		}
		if err := w.give(ctx, rt, page.Resources); err != nil {
			return err
		}
		n := len(page.Resources)
		w.read += n
		w.out.Read += n
		if n > 0 {
			w.after = page.Resources[n-1].ID
		}
		if !page.More || n == 0 {
			w.types, w.after = w.types[1:], ""
		}
		if pages%progressPages == 0 {
			w.b.o.Logger.InfoContext(ctx, "indexes are being built", "tenant", w.tenant.ID.String(), "type", rt.Name, "read", w.read)
		}
	}
	return nil
}

// give gives resources their keys, again those that others change meanwhile.
func (w *build) give(ctx context.Context, rt *schema.ResourceType, list []*scim.Resource) error {
	for try := 0; len(list) > 0; try++ {
		keyed := make([]scim.Keyed, 0, len(list))
		for _, r := range list {
			if keys, err := engine.Keys(w.tenant, rt, r); err != nil {
				w.b.o.Logger.ErrorContext(ctx, "a resource cannot be read, and gets no keys", "tenant", w.tenant.ID.String(), "type", rt.Name, "id", r.ID)
			} else {
				keyed = append(keyed, scim.Keyed{ID: r.ID, Version: r.Version, Keys: w.own(rt, keys)})
			}
		}
		changed, err := w.b.keys.SetKeys(ctx, w.tenant.ID, rt.Name, w.attrs(rt), keyed)
		if err != nil {
			return err
		}
		keyed = slices.DeleteFunc(keyed, func(k scim.Keyed) bool { return slices.Contains(changed, k.ID) })
		if err := w.check(ctx, rt, keyed); err != nil {
			return err
		}
		if try == maxBuildTries {
			return &scim.BusyError{}
		}
		if list, err = w.again(ctx, rt, changed); err != nil {
			return err
		}
	}
	return nil
}

// own are the keys of the indexes at work.
func (w *build) own(rt *schema.ResourceType, keys []scim.IndexKey) []scim.IndexKey {
	attrs := w.attrs(rt)
	return slices.DeleteFunc(keys, func(k scim.IndexKey) bool { return !slices.Contains(attrs, k.Attr) })
}

// again reads resources that have changed.
func (w *build) again(ctx context.Context, rt *schema.ResourceType, ids []string) (list []*scim.Resource, err error) {
	for _, id := range ids {
		r, err := w.b.o.Store.Get(ctx, w.tenant.ID, rt.Name, id)
		switch {
		case errors.Is(err, scim.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			list = append(list, r)
		}
	}
	return list, nil
}

// check looks for other holders of unique keys. Of two resources with the same value the one with the greater id counts as
// the duplicate: both have their keys when it is looked at, or a commit has refused the later one.
func (w *build) check(ctx context.Context, rt *schema.ResourceType, list []scim.Keyed) error {
	for _, r := range list {
		if len(r.Keys) > 0 {
			w.out.Written++
		}
		for _, k := range r.Keys {
			if !w.unique(rt, k) {
				continue
			}
			holders, err := w.b.o.Store.Lookup(ctx, w.tenant.ID, rt.Name, k, scim.Page{Limit: 1})
			if err != nil {
				return err
			}
			if len(holders.Resources) == 0 || holders.Resources[0].ID == r.ID {
				continue
			}
			w.counts[scim.IndexName{Type: rt.Name, Attr: k.Attr}]++
			if len(w.out.Duplicates) < maxDuplicates {
				w.out.Duplicates = append(w.out.Duplicates, Duplicate{Type: rt.Name, ID: r.ID, Holder: holders.Resources[0].ID, Attribute: k.Attr})
			}
		}
	}
	return nil
}

// done are the pending indexes in their new state.
func (w *build) done() []tenant.Pending {
	out := slices.Clone(w.pending)
	for i := range out {
		out[i].Duplicates = w.counts[out[i].Name()]
		out[i].State = scim.IndexUnique
		if out[i].Duplicates > 0 || !out[i].Unique {
			out[i].State = scim.IndexShared
		}
	}
	return out
}
