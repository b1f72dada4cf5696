package demo_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestDynamo: the same on DynamoDB, with the provisioning log in the same table.
func TestDynamo(t *testing.T) {
	t.Parallel()
	_, client := dynamotest.NewDirect()
	const table = "scimstack"
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	log := dynamolog.New(client, dynamolog.Options{Table: table})
	rec := activity.NewRecorder(log, activity.Options{Timeout: time.Hour})
	report := run(t, func(c *scimstack.Config) {
		c.Store, c.Recorder, c.Log = dynamo.New(client, dynamo.Options{Table: table}), rec, log
	}, demo.Options{IdPs: []string{"okta", "entra"}, Seed: 11, Faults: []string{demo.FaultLost}})
	all(t, report)
	if err := rec.Close(t.Context()); err != nil || rec.Lost() > 0 || rec.Dropped() > 0 {
		t.Errorf("%v: %d records lost, %d dropped", err, rec.Lost(), rec.Dropped())
	}
}
