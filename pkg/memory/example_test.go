package memory_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit a user with a unique key, find it by that key, and try to take the key a second time.
func ExampleStore() {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	ctx, store := context.Background(), memory.New()
	key := scim.IndexKey{Attr: "userName", Value: "bjensen", Unique: true}
	create := func(id string) error {
		_, err := store.Commit(ctx, acme, scim.Change{
			Type: "User", ID: id, If: scim.IfAbsent, Now: time.Now(), Keys: []scim.IndexKey{key},
			Put: &scim.Resource{Document: []byte(`{"userName":"bjensen"}`)},
		})
		return err
	}
	if err := create("1"); err != nil {
		log.Fatal(err)
	}
	found, err := store.Lookup(ctx, acme, "User", key, scim.Page{Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Total, found.Resources[0].ID, found.Resources[0].Version)

	var taken *scim.TakenError
	if errors.As(create("2"), &taken) {
		fmt.Println(taken.Attr, "belongs to", taken.ID)
	}
	// Output:
	// 1 1 1
	// userName belongs to 1
}
