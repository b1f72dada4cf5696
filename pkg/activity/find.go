package activity

import (
	"context"
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
