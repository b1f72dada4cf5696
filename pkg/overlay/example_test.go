package overlay_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
)

// What would happen to the groups if a user were deleted? The base stays as it is.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	base := memory.New()
	for _, c := range []scim.Change{
		{Type: "User", ID: "alice", Now: now, Put: &scim.Resource{Document: []byte(`{"userName":"alice"}`)}},
		{Type: "Group", ID: "tools", Now: now, Put: &scim.Resource{Document: []byte(`{"displayName":"Tools"}`)}, AddMembers: []scim.Member{{ID: "alice", Type: "User"}}},
	} {
		if _, err := base.Commit(ctx, acme, c); err != nil {
			log.Fatal(err)
		}
	}

	dry := overlay.New(base)
	if _, err := dry.Commit(ctx, acme, scim.Change{Type: "User", ID: "alice", If: scim.IfAny, Now: now, Remove: true}); err != nil {
		log.Fatal(err)
	}

	effects, err := dry.Effects(ctx, acme, "User", "Group")
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range effects {
		fmt.Println(e.Type, e.ID, "exists:", e.After != nil, "members removed:", e.Removed)
	}
	alice, err := base.Get(ctx, acme, "User", "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("in the base:", alice.ID, alice.Version)
	// Output:
	// Group tools exists: true members removed: [alice]
	// User alice exists: false members removed: []
	// in the base: alice 1
}
