package tenant

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// ActiveIn returns the Active option of an Authenticator over the users of a Store. A user counts as
// active unless it does not exist or its active is false. Each call is one Get.
func ActiveIn(store scim.Store) func(ctx context.Context, id scim.TenantID, userID string) (bool, error) {
	return func(ctx context.Context, id scim.TenantID, userID string) (bool, error) {
		r, err := store.Get(ctx, id, schema.TypeUser, userID)
		if errors.Is(err, scim.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		var user struct {
			Active *bool `json:"active"`
		}
		if err := json.Unmarshal(r.Document, &user); err != nil {
			return false, err
		}
		return user.Active == nil || *user.Active, nil
	}
}
