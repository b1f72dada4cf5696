package activity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// maxFound bounds the resources that one name stands for: a person who was created and deleted again
	// and again.
	maxFound = 10
	// findLimit bounds the records that are read for one name.
	findLimit = 100
)

// Find returns the ids of the resources that have, or had, a userName, a displayName or an externalId, the
// newest first, at most 10. It knows those that were created, deleted or renamed within the time that
// the log keeps: deleted ones, above all, which nothing else finds. For the names it needs nothing but
// keyed hashes, see Record.Known. It finds nothing in a tenant without a CursorKey, except in a Memory.
func Find(ctx context.Context, log Log, t *scim.Tenant, name string) ([]string, error) {
	var found []Record
	for _, known := range nameKeyOf(t, log).candidates(t, name) {
		page, err := log.Query(ctx, t.ID, Query{Resource: known, Limit: findLimit})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
	}
	slices.SortStableFunc(found, newestFirst)
	var ids []string
	for i := range found {
		if id := found[i].Resource; id != "" && !slices.Contains(ids, id) && len(ids) < maxFound {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func newestFirst(a, b Record) int { return strings.Compare(b.ID, a.ID) }

// FindIn returns a Gate.Find over a store: the ids of the resources that have a userName, a displayName or
// an externalId now, at most 10 of each type.
func FindIn(store scim.Store) func(context.Context, *scim.Tenant, string) ([]string, error) {
	return func(ctx context.Context, t *scim.Tenant, name string) (ids []string, err error) {
		for _, rt := range t.Types.List {
			for _, attr := range []string{"userName", "displayName", "externalId"} {
				key := scim.IndexKey{Attr: attr, Value: name}
				if a := rt.Schema.Attribute(attr); a != nil {
					key.Value = a.Fold(name)
				}
				list, err := store.Lookup(ctx, t.ID, rt.Name, key, scim.Page{Limit: maxFound})
				if err != nil && !errors.Is(err, scim.ErrNotFound) {
					return nil, err
				}
				for _, r := range list.Resources {
					ids = append(ids, r.ID)
				}
			}
		}
		return ids, nil
	}
}

// Timeline is Log.Query for several resources: a page of the records that concern any of them, each once.
// q.Resource is ignored. Without resources there are no records.
func Timeline(ctx context.Context, log Log, t scim.TenantID, resources []string, q Query) (Page, error) {
	q, err := q.Bounded()
	if err != nil {
		return Page{}, err
	}
	var all Page
	for _, id := range resources {
		q.Resource = id
		page, err := log.Query(ctx, t, q)
		if err != nil {
			return Page{}, err
		}
		all.Records = append(all.Records, page.Records...)
		all.Next = max(all.Next, page.Next) // before it, every timeline is complete
	}
	slices.SortStableFunc(all.Records, newestFirst)
	all.Records = slices.CompactFunc(all.Records, func(a, b Record) bool { return a.ID == b.ID })
	if all.Next != "" { // what follows it may have gaps
		all.Records = slices.DeleteFunc(all.Records, func(r Record) bool { return r.ID < all.Next })
	}
	if len(all.Records) > q.Limit {
		all.Records = all.Records[:q.Limit]
		all.Next = all.Records[q.Limit-1].ID
	}
	return all, nil
}

// People finds the history of a person or a group by a name.
type People struct {
	Log  Log
	Find func(ctx context.Context, t *scim.Tenant, name string) ([]string, error) // as in Gate
}

// IDs returns the ids of the resources that have or had a name, which may be an id itself.
func (p People) IDs(ctx context.Context, t *scim.Tenant, name string) ([]string, error) {
	ids, err := Find(ctx, p.Log, t, name)
	if err != nil {
		return nil, err
	}
	if uuid.MatchString(name) {
		ids = append(ids, name)
	}
	if p.Find != nil {
		now, err := p.Find(ctx, t, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, now...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// History returns a page of the records of the resources that have or had a name, as a reader of their
// timelines sees them, newest first. q.Resource is ignored.
func (p People) History(ctx context.Context, t *scim.Tenant, name string, q Query) (Answer, error) {
	ids, err := p.IDs(ctx, t, name)
	if err != nil {
		return Answer{}, err
	}
	page, err := Timeline(ctx, p.Log, t.ID, ids, q)
	out := Answer{Records: make([]Explained, len(page.Records)), Next: page.Next}
	for i := range page.Records {
		out.Records[i] = explained(&page.Records[i], ids...)
	}
	return out, err
}
