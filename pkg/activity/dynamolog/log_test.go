package dynamolog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/activity/logtest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

const table = "scimstack"

func start(t *testing.T) (*dynamotest.Engine, *dynamodb.Client) {
	t.Helper()
	e, client := dynamotest.NewDirect()
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	return e, client
}

func acme(t *testing.T) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestLog(t *testing.T) {
	t.Parallel()
	logtest.Run(t, func(t *testing.T) activity.Log {
		_, client := start(t)
		return dynamolog.New(client, dynamolog.Options{Table: table})
	})
}

// TestLargeGroup: the record is in the timeline of each member, and every copy names one member.
func TestLargeGroup(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	log := dynamolog.New(client, dynamolog.Options{Table: table})
	r := activity.Record{ID: activity.NewID(time.Now()), Time: time.Now(), Tenant: acme(t), Resource: "g1", Status: 204, MembersAdded: activity.MaxMembers}
	for i := range activity.MaxMembers {
		r.Added = append(r.Added, fmt.Sprint("u", i))
	}
	if err := log.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"u0", "u99"} {
		page, err := log.Query(t.Context(), r.Tenant, activity.Query{Resource: id})
		if err != nil || len(page.Records) != 1 || len(page.Records[0].Added) != 1 || page.Records[0].MembersAdded != activity.MaxMembers {
			t.Errorf("%s: %v %v", id, err, page)
		}
	}
	if page, err := log.Query(t.Context(), r.Tenant, activity.Query{Resource: "g1"}); err != nil || len(page.Records[0].Added) != activity.MaxMembers {
		t.Errorf("the group: %v %v", err, page)
	}
}

// TestUnprocessed: unprocessed items are sent again; a table that accepts nothing is an error.
func TestUnprocessed(t *testing.T) {
	t.Parallel()
	e, client := start(t)
	log := dynamolog.New(client, dynamolog.Options{Table: table})
	calls, takes := 0, 1 // items accepted per call
	e.Inject(func(op string, _ int) dynamotest.Fault {
		if op != "BatchWriteItem" {
			return dynamotest.Fault{}
		}
		calls++
		return dynamotest.Fault{Kind: dynamotest.Unprocessed, Index: takes}
	})
	r := activity.Record{Time: time.Now(), Tenant: acme(t), Resource: "u1", Holder: "u2", Status: 409}
	if err := log.Append(t.Context(), r); err != nil || calls != 3 {
		t.Errorf("%v after %d calls, want 3 for 3 items", err, calls)
	}
	takes = 0
	if err := log.Append(t.Context(), r); err == nil || !strings.Contains(err.Error(), "3 items") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := log.Append(ctx, r); err == nil {
		t.Error("a cancelled context is no error")
	}
}

// TestExpiry: records carry the time at which they expire.
func TestExpiry(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	at := time.Unix(1_800_000_000, 0)
	for keep, want := range map[time.Duration]string{0: "1802592000", time.Hour: "1800003600"} {
		log := dynamolog.New(client, dynamolog.Options{Table: table, Keep: keep})
		r := activity.Record{ID: activity.NewID(at), Time: at, Tenant: acme(t), Status: 200}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := ttl(t, client, r.ID); got != want {
			t.Errorf("kept for %v until %s, want %s", keep, got, want)
		}
	}
}
