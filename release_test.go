package scimstack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// caching is a Provider that keeps what another one returns.
type caching struct {
	scim.Provider
	kept map[string]*scim.Result
}

func (c *caching) Get(ctx context.Context, at scim.Target, p scim.Projection) (*scim.Result, error) {
	if c.kept[at.ID] == nil {
		r, err := c.Provider.Get(ctx, at, p)
		if err != nil {
			return nil, err
		}
		c.kept[at.ID] = r
	}
	return c.kept[at.ID], nil
}

// Z-01: a Provider of the application may keep what the standard one returns: its memory is not used again.
func TestProviderKeeps(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *scimstack.Config) {
		c.Provider = &caching{engine.New(c.Store, engine.Options{PublicBase: base}), map[string]*scim.Result{}}
	})
	const users = "/scim/v2/acme/Users"
	var ids []string
	for i := range 3 {
		var user struct{ ID string }
		if err := json.Unmarshal([]byte(s.want(t, 201, "POST", users, fmt.Sprintf(`{"userName":"kept-%d"}`, i))), &user); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, user.ID)
	}
	for range 20 {
		for i, id := range ids {
			if got := s.want(t, 200, "GET", users+"/"+id, ""); !strings.Contains(got, fmt.Sprintf(`"kept-%d"`, i)) {
				t.Fatalf("user %d is %s", i, got)
			}
		}
	}
}
