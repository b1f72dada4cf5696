package dynamotest_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// TestLargePartition puts many edges of one group into one partition of the table and of its
// index. An edge must be small enough that 100,000 of them fit into memory beside a service in the
// same process. The test measures the heap, so it does not run in parallel.
func TestLargePartition(t *testing.T) {
	e, b := engine(t)
	e.KeepRecords(100)
	edges, step := dynamotest.Size(6_000, 30_000), 100
	before := heap()
	for at := 0; at < edges; at += step {
		var actions []types.TransactWriteItem
		for i := at; i < at+step; i++ {
			id := fmt.Sprintf("%08x-0000-7000-8000-%012d", uint32(i)*2654435761, i) // in no order
			actions = append(actions, b.putting(id, item{"ty": S("User"), "gpk": S("T#acme#R#0"), "gsk": S(id + "#group"), "x": N("1"), "d": S("A name")}, ""))
		}
		ok(t, b.transact("", actions...))
	}
	took := int64(heap()-before) / int64(edges)
	t.Logf("%d bytes for an edge", took)
	if took > 600 {
		t.Errorf("an edge takes %d bytes", took)
	}
	in := b.query()
	n := 0
	for {
		got, err := b.c.Query(b.ctx, in)
		ok(t, err)
		n += len(got.Items)
		if in.ExclusiveStartKey = got.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			break
		}
	}
	if n != edges {
		t.Errorf("%d edges", n)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
