package activity_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/logtest"
	"github.com/scimstack/scimstack/pkg/scim"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	logtest.Run(t, func(*testing.T) activity.Log { return activity.NewMemory(0) })
}

// TestMemoryForgets: the oldest records are removed, the newest stay.
func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(10)
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 35 {
		at := time.Unix(int64(i), 0)
		if err := log.Append(t.Context(), activity.Record{Tenant: id, Time: at, Status: 200}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := log.Query(t.Context(), id, activity.Query{})
	if err != nil || len(page.Records) != 10 || page.Records[0].Time.Unix() != 34 || page.Records[9].Time.Unix() != 25 {
		t.Error(err, page.Records)
	}
}
