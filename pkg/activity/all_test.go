package activity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// names are the names of tenants.
type names []scim.TenantID

func (n names) Names(_ context.Context, after string, limit int) (out []scim.TenantID, err error) {
	for _, id := range n {
		if id.String() > after && len(out) < limit {
			out = append(out, id)
		}
	}
	return out, nil
}

// reads counts the records that a log returns.
type reads struct {
	activity.Log
	n *atomic.Int64
}

func (r reads) Query(ctx context.Context, t scim.TenantID, q activity.Query) (activity.Page, error) {
	page, err := r.Log.Query(ctx, t, q)
	r.n.Add(int64(len(page.Records)))
	return page, err
}

// TestOverall: the logs of all tenants are read as one, newest first, on pages of any size and by any
// filter, and each record once.
func TestOverall(t *testing.T) {
	t.Parallel()
	log := activity.NewMemory(0)
	var all names
	want := map[bool][]string{}
	start := time.Now()
	for i := range 700 {
		if i < 20 {
			all = append(all, mustID(t, fmt.Sprintf("tenant%02d", i)))
		}
		at := start.Add(time.Duration(i) * time.Second)
		// Some tenants have many records, some few, and one has none.
		r := activity.Record{ID: activity.NewID(at), Time: at, Tenant: all[0:min(len(all), 19)][(i*i)%min(len(all), 19)], Status: 200 + 200*(i%7%2)}
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		want[false] = append(want[false], r.Tenant.String()+" "+r.ID)
		if r.Failed() {
			want[true] = append(want[true], r.Tenant.String()+" "+r.ID)
		}
	}
	for _, failed := range []bool{false, true} {
		slices.Reverse(want[failed])
		for _, limit := range []int{1, 7, 50, 500} {
			var n atomic.Int64
			o := activity.Overall{Log: reads{log, &n}, Tenants: all}
			var got []string
			q := activity.Query{Failed: failed, Limit: limit}
			for {
				page, err := o.Query(t.Context(), nil, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Records {
					got = append(got, r.Tenant+" "+r.ID)
				}
				if limit == 7 && q.After == "" && n.Load() > 20*7+activity.MaxLimit {
					t.Errorf("a page of 7 reads %d records", n.Load())
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			if d := cmp.Diff(want[failed], got); d != "" {
				t.Errorf("failed %v, limit %d: %s", failed, limit, d)
			}
		}
	}
	o := activity.Overall{Log: log, Tenants: all}
	if page, err := o.Query(t.Context(), all[4:5], activity.Query{}); err != nil || len(page.Records) == 0 || slices.ContainsFunc(page.Records, func(r activity.TenantRecord) bool { return r.Tenant != "tenant04" }) {
		t.Errorf("one tenant: %v %+v", err, page)
	}
	if _, err := o.Query(t.Context(), nil, activity.Query{After: "x"}); !errors.Is(err, activity.ErrCursor) {
		t.Error(err)
	}
	many := make(names, 6000)
	for i := range many {
		many[i] = mustID(t, fmt.Sprintf("t%05d", i))
	}
	var tooMany *activity.TooManyTenantsError
	if _, err := (&activity.Overall{Log: log, Tenants: many}).Query(t.Context(), nil, activity.Query{}); !errors.As(err, &tooMany) {
		t.Error(err)
	}
}
