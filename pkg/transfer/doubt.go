package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// importer's changes have an operator in the feed that begins so.
const operator = "import: "

func (i *importer) actor() scim.Actor { return scim.Actor{Operator: operator + i.o.Actor} }

// Removing more resources of a type than both is confirmed.
const (
	mayRemove     = 10
	mayRemovePart = 10 // percent of those that are there
)

// doubts are the reasons why an import over a tenant may be a mistake.
func (i *importer) doubts(ctx context.Context, had *tenant.Record, plan *Imported) (list []string, err error) {
	if _, unfinished := i.interrupted(&had.Settings); !unfinished && (i.lock == nil || i.lock.at.New) {
		list = append(list, "the tenant is there already, and was not made by an import")
	} else if list, err = i.others(ctx, list); err != nil {
		return nil, err
	}
	for _, k := range plan.Kinds {
		there := k.Removed + k.Changed + k.Equal
		switch {
		case k.Removed == 0 || k.Kind == KindMembers:
		case k.Kind == KindTokens, k.Kind == KindClients:
			list = append(list, fmt.Sprintf("%d %s are removed, which the file does not have", k.Removed, k.Kind))
		case k.Removed > mayRemove && k.Removed*100 > there*mayRemovePart:
			list = append(list, fmt.Sprintf("%d of %d resources of type %s are removed, which the file does not have", k.Removed, there, k.Kind))
		}
	}
	return list, nil
}

// others adds that the tenant was changed by others since the last import.
func (i *importer) others(ctx context.Context, list []string) ([]string, error) {
	feed, _ := i.feed(ctx, i.id)
	if feed == nil || i.lock == nil {
		return append(list, "whether the tenant was changed since the last import is not known: the store keeps no feed"), nil
	}
	n, first := int64(0), ""
	for after := i.lock.at.Seq; ; {
		page, err := feed.Entries(ctx, i.id, after, pageSize)
		var gone *scim.GoneError
		if errors.As(err, &gone) {
			return append(list, "whether the tenant was changed since the last import is not known: the facts of that time have expired"), nil
		}
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for e := range page {
			after = page[e].Last
			if strings.HasPrefix(page[e].Actor.Operator, operator) {
				continue
			}
			if n++; n == 1 {
				first = page[e].Type + " " + page[e].ID
			}
		}
	}
	if n > 0 {
		list = append(list, fmt.Sprintf("the tenant was changed %d times since the last import, and the import undoes that: first %s", n, first))
	}
	return list, nil
}

// restart makes the numbers of the feed go on above those of the old place: a reader that was there is told to start
// anew, and does not skip facts that have the numbers of others.
func (i *importer) restart(ctx context.Context) error {
	feed, _ := i.feed(ctx, i.id)
	if feed == nil {
		return nil
	}
	var err error
	if i.out.Feed, err = wait(ctx, feed, i.id, i.o.Lag); err != nil {
		return err
	}
	r, ok := i.Store.(restarter)
	marked := i.lock != nil && !i.lock.at.New // so it was restarted then
	if !ok || marked && i.out.Feed > i.file.head.Position {
		return nil
	}
	i.out.Feed, err = r.RestartFeed(ctx, i.id, i.file.head.Position+gap)
	return err
}

// gap is more than what the old place has in its feed after the export.
const gap = 1_000_000
