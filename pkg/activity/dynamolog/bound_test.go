package dynamolog_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
)

// narrow is a table that returns two items per query, and counts the queries.
type narrow struct {
	*dynamodb.Client
	asked int
}

func (n *narrow) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	n.asked++
	short := *in
	short.Limit = aws.Int32(2)
	return n.Client.Query(ctx, &short, o...)
}

// TestBoundedReading: a query that few records match reads a bounded number of pages, returns from
// where to continue, and skips no record.
func TestBoundedReading(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	api := &narrow{Client: client}
	log := dynamolog.New(api, dynamolog.Options{Table: table})
	var records []activity.Record
	want := 0
	for i := range 100 {
		at := time.Unix(1_800_000_000+int64(i), 0)
		r := activity.Record{ID: activity.NewID(at), Time: at, Tenant: acme(t), Status: 200}
		if i%33 == 5 {
			r.Status = 409
			want++
		}
		records = append(records, r)
	}
	if err := log.AppendAll(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	got, pages := 0, 0
	for q := (activity.Query{Status: 409}); ; pages++ {
		before := api.asked
		page, err := log.Query(t.Context(), acme(t), q)
		if err != nil || api.asked-before > 10 {
			t.Fatal(err, api.asked-before)
		}
		got += len(page.Records)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if got != want || pages < 3 {
		t.Errorf("%d records on %d pages, want %d", got, pages, want)
	}
}
