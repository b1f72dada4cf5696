package activity_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Read the failures of a tenant, and what to do about them.
func Example() {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	ctx, records := context.Background(), activity.NewMemory(0)
	if err := records.Append(ctx, activity.Record{
		Tenant: acme, Time: time.Now(), IdP: "okta", Operation: "create", Type: "User", Status: 400,
		Code: string(scim.CodeRequired), Attribute: "userName",
	}); err != nil {
		log.Fatal(err)
	}
	page, err := records.Query(ctx, acme, activity.Query{Failed: true})
	if err != nil {
		log.Fatal(err)
	}
	for i := range page.Records {
		e := activity.Explain(&page.Records[i])
		fmt.Println(e.Title)
		fmt.Println(e.Meant, e.Did)
		fmt.Println(e.Todo)
	}
	// Output:
	// Required attribute missing
	// Okta tried to create a user. The service answered 400 and changed nothing, because userName is required and has no value.
	// Identity provider administrator: map userName to a source that has a value for this user, or fill in that source.
}
