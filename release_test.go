package scimstack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// Z-01: a Provider of the application may keep what the standard one returns: its memory is not used again.
func TestProviderKeeps(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *scimstack.Config) {
		c.Provider = &apptest.Caching{Provider: engine.New(c.Store, engine.Options{PublicBase: base})}
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
