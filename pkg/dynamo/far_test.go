package dynamo_test

import (
	"errors"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestFarPages: a jump reads no more than its reach. Beyond that it is refused, or known to be empty; pages
// that are read in order have no end, also when users are removed meanwhile (G-06).
func TestFarPages(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	users, reach := dynamotest.Size(2_000, 25_000), dynamotest.Size(500, 20_000)
	_, api := serve(t)
	s, c := dynamo.New(api, dynamo.Options{Table: table}), dynamo.NewConsumer(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	ids := seed(t, s, users)
	list := func(offset int) (scim.List, dynamo.Usage, error) {
		ctx, meter := dynamo.WithMeter(t.Context())
		l, err := s.List(ctx, acme, "User", scim.Page{Offset: offset, Limit: 10, Reach: reach})
		return l, meter.Usage(), err
	}
	far := users - 20
	// No counter yet: the way is cut off where the reach ends.
	if _, used, err := list(far); !errors.Is(err, scim.ErrFar) || used.ReadUnits > float64(reach)/4+30 {
		t.Errorf("without a counter: %v, %+v", err, used)
	}
	var records []dynamo.StreamRecord
	for i, u := range ids {
		records = append(records, inserted(acme, "User", u, 100+i))
	}
	feed(t, c, 1000, records)
	for range 3 {
		if _, used, err := list(far); !errors.Is(err, scim.ErrFar) || used.ReadUnits > 5 {
			t.Errorf("a jump too far: %v, %+v", err, used)
		}
	}
	if l, used, err := list(users + reach); err != nil || len(l.Resources) != 0 || l.Total != users || used.ReadUnits > 5 {
		t.Errorf("after the end: %d of %d, %v, %+v", len(l.Resources), l.Total, err, used)
	}
	if l, _, err := list(reach); err != nil || len(l.Resources) != 10 || l.Resources[0].ID != ids[reach] {
		t.Errorf("within reach: %d, %v", len(l.Resources), err)
	}
	page := func(offset int) (scim.List, error) {
		return s.List(t.Context(), acme, "User", scim.Page{Offset: offset, Limit: 250, Reach: reach})
	}
	for offset := 0; offset < users; offset += 250 {
		l, err := page(offset)
		if err != nil || len(l.Resources) != 250 {
			t.Fatalf("page at %d: %d, %v", offset, len(l.Resources), err)
		}
		if offset < users/2 {
			continue
		}
		if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: ids[offset/250], If: scim.IfAny, Now: l.Resources[0].Created, Remove: true}); err != nil {
			t.Fatal(err)
		}
	}
}
