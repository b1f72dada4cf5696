package dynamo_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/tenant/tenanttest"
)

func TestOperators(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	tenanttest.RunOperators(t, dynamo.NewOperators(api, dynamo.Options{Table: table}))
}
