package dynamo_test

import (
	"os"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Behaviour(t, store)
	storetest.Conflict(t, store)
	storetest.Concurrency(t, store)
	storetest.Reopen(t, func(t *testing.T) func() scim.Store {
		t.Helper()
		_, client := serve(t)
		return func() scim.Store { return dynamo.New(client, dynamo.Options{Table: table}) }
	})
}

// TestStoreOutside runs the same suite on another implementation of DynamoDB.
func TestStoreOutside(t *testing.T) {
	t.Parallel()
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		t.Skip("DYNAMODB_ENDPOINT is not set: no other DynamoDB to test against")
	}
	client := outsideClient(t, &sync.Mutex{})
	open := func(t *testing.T) scim.Store { return outside(t, client)(client) }
	storetest.Behaviour(t, open)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
}
