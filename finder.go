package scimstack

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxNamed bounds the resources of one type that have a name.
const maxNamed = 10

// finder returns how the log finds the resources that have a name now: a userName, a displayName or an
// externalId.
func finder(store scim.Store) func(context.Context, *scim.Tenant, string) ([]string, error) {
	return func(ctx context.Context, t *scim.Tenant, name string) (ids []string, err error) {
		for _, rt := range t.Types.List {
			for _, attr := range []string{"userName", "displayName", "externalId"} {
				key := scim.IndexKey{Attr: attr, Value: name}
				if a := rt.Schema.Attribute(attr); a != nil {
					key.Value = a.Fold(name)
				}
				list, err := store.Lookup(ctx, t.ID, rt.Name, key, scim.Page{Limit: maxNamed})
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
