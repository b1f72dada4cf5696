package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// unkind returns a store on an engine with the walls of the service.
func unkind(t *testing.T) scim.Store {
	e, client := serve(t)
	e.Unkind(dynamotest.Service())
	return dynamo.New(client, dynamo.Options{Table: table})
}

// TestStoreUnkind: the store keeps its contract when partition keys throttle and transactions conflict.
func TestStoreUnkind(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	storetest.Behaviour(t, unkind)
	storetest.Conflict(t, unkind)
	storetest.Concurrency(t, unkind)
}

// TestCrowdsUnkind: many requests at the same time get the answers that one after another gets.
func TestCrowdsUnkind(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	crowds(t, func(t *testing.T) *client {
		t.Helper()
		e, api := serve(t)
		e.Unkind(dynamotest.Service())
		return begin(t, dynamo.New(api, dynamo.Options{Table: table}))
	})
}

// TestModelUnkind: random operations end in the state of the memory store, also if every key is
// throttled most of the time.
func TestModelUnkind(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	for seed := range dynamotest.Size(1, 4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, 200+uint64(seed))
			u := dynamotest.Service()
			u.WriteUnits, u.Burst = 500, 100*time.Millisecond
			m.engine.Unkind(u)
			for i := range dynamotest.Size(30, 60) {
				m.step()
				if i%10 == 9 {
					m.compare()
				}
			}
		})
	}
}

// counting are the options of tests of the counters: under the race detector without the feed, which is tested
// apart, and whose entries take most of the time.
func counting() dynamo.Options {
	return dynamo.Options{Table: table, Feed: racing.Size(scim.Retention{Age: -1}, scim.Retention{})}
}
