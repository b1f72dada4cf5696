package dynamo_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/tenant/tenanttest"
)

func openDirectory(t *testing.T) tenant.Directory {
	t.Helper()
	_, api := serve(t)
	return dynamo.NewTenants(api, table, nil)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	tenanttest.Behaviour(t, openDirectory)
	tenanttest.Concurrency(t, openDirectory)
}

// TestDirectoryUnkind: the same when partition keys throttle and transactions conflict.
func TestDirectoryUnkind(t *testing.T) {
	t.Parallel()
	tenanttest.Concurrency(t, func(t *testing.T) tenant.Directory {
		t.Helper()
		e, api := serve(t)
		e.Unkind(dynamotest.Service())
		return dynamo.NewTenants(api, table, nil)
	})
}

// TestDirectoryFaulty: the same when one request in twenty fails.
func TestDirectoryFaulty(t *testing.T) {
	t.Parallel()
	tenanttest.Behaviour(t, func(t *testing.T) tenant.Directory {
		t.Helper()
		e, api := serve(t)
		e.Inject(faulty)
		return dynamo.NewTenants(api, table, nil)
	})
}
