package dynamo_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestInterruptedWriteContinues: a change of members that takes several times as long as a request, at
// the units that one key takes, is finished by the same request repeated. Every answer in between says how
// far it came, and no reader sees a part of it.
func TestInterruptedWriteContinues(t *testing.T) {
	t.Parallel()
	n := dynamotest.Size(1_500, 20_000) // at a fiftieth of their number a second: 50 seconds and more
	old := userMembers(0, 120)
	all := append(userMembers(60, 120), userMembers(200, 200+n)...)
	ids := func(list []scim.Member) (out []string) {
		for _, m := range list {
			out = append(out, m.ID)
		}
		return out
	}
	for name, tc := range map[string]struct {
		change scim.Change
		want   int
	}{
		"replace": {scim.Change{Put: &scim.Resource{Document: []byte(`{"displayName":"h"}`)}, ClearMembers: true, AddMembers: all}, n + 60},
		"patch":   {scim.Change{AddMembers: all, RemoveMembers: ids(old[:60])}, n + 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, engine := unkindly(t, 0)
				people(t, 0, 200+n, s)
				group(t, s, 1, old)
				engine.Unkind(dynamotest.Unkind{WriteUnits: float64(n) / 50})
				members := func() int {
					l, err := s.Members(t.Context(), id(t, "acme"), groupID(1), scim.Page{Limit: 100_000})
					if err != nil || l.Total != len(l.Members) {
						t.Errorf("%d members of %d: %v", len(l.Members), l.Total, err)
					}
					return len(l.Members)
				}
				requests := 1
				for ; ; requests++ {
					err := within(t, s, tc.change)
					if err == nil {
						break
					}
					if answer := scim.AsError(err); answer.Status != 503 || answer.RetryAfter == 0 || !strings.Contains(answer.Detail, "send the same request again") {
						t.Fatalf("request %d: %v", requests, err)
					}
					if have := members(); have != len(old) {
						t.Errorf("after request %d: %d members", requests, have)
					}
					if requests > 6 {
						t.Fatal(err)
					}
					time.Sleep(time.Second)
				}
				if have := members(); have != tc.want || requests < 2 {
					t.Errorf("%d requests, %d members, want %d", requests, have, tc.want)
				}
			})
		})
	}
}

// TestInterruptedWriteGivesWay: when the same request does not come back, another one has the group after a while, and
// what was written before has no effect. The clock of the process that began may have been ahead.
func TestInterruptedWriteGivesWay(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]func() time.Time{"its clock agrees": time.Now, "its clock is ahead": ahead} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, engine := unkindly(t, 0)
				people(t, 0, 700, s)
				group(t, s, 1, userMembers(0, 3))
				engine.Unkind(dynamotest.Unkind{WriteUnits: 10})
				first := quicklyWith(t, engine, dynamo.Options{Table: table, Now: now})
				if err := within(t, first, scim.Change{AddMembers: userMembers(0, 600)}); err == nil || scim.AsError(err).Status != 503 {
					t.Fatal(err)
				}
				engine.Unkind(dynamotest.Unkind{})
				time.Sleep(31 * time.Second)
				if err := within(t, s, scim.Change{AddMembers: userMembers(600, 700)}); err != nil {
					t.Fatal(err)
				}
				l, err := s.Members(t.Context(), id(t, "acme"), groupID(1), scim.Page{Limit: 1000})
				if err != nil || len(l.Members) != 103 || l.Total != 103 {
					t.Errorf("%d members of %d: %v", len(l.Members), l.Total, err)
				}
			})
		})
	}
}

// TestTooManyForCreate: a new group that no request can write is 413 with the number, before anything is written.
func TestTooManyForCreate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, api := serve(t)
		s := dynamo.New(api, dynamo.Options{Table: table})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		before := e.Meter().WriteUnits
		_, err := s.Commit(ctx, id(t, "acme"), scim.Change{Type: "Group", ID: groupID(1), Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 30_000)})
		answer := scim.AsError(err)
		if answer == nil || answer.Status != 413 || !strings.Contains(answer.Detail, "30000") || e.Meter().WriteUnits != before {
			t.Errorf("%v", err)
		}
	})
}
