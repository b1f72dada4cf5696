package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// counterOf returns the number of a counter, or -1 if there is no counter item.
func counterOf(t testing.TB, api *dynamodb.Client, typ string) int {
	t.Helper()
	out, err := api.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: record("", "T#acme#N", typ, "").Keys, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if out.Item == nil {
		return -1
	}
	n, _ := out.Item["n"].(*types.AttributeValueMemberN)
	if n == nil {
		return -1
	}
	v, err := strconv.Atoi(n.Value)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// feed processes records in batches.
func feed(t testing.TB, c *dynamo.Consumer, size int, records []dynamo.StreamRecord) {
	t.Helper()
	for len(records) > 0 {
		n := min(size, len(records))
		if failed, err := c.Process(t.Context(), records[:n]); err != nil {
			t.Fatal(failed, err)
		}
		records = records[n:]
	}
}

// TestCounterConcurrentBatches: two concurrent batches of one shard have the items of one collection
// in turn, so the order of the stream does not hold between them.
func TestCounterConcurrentBatches(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	c := dynamo.NewConsumer(api, counting())
	acme := id(t, "acme")
	parts := make([][]dynamo.StreamRecord, 2)
	for i := range 2000 {
		parts[i%2] = append(parts[i%2], inserted(acme, "User", userID(i), 1000+i))
	}
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Go(func() { feed(t, c, 100, p) })
	}
	wg.Wait()
	if n := counterOf(t, api, "User"); n != 2000 {
		t.Errorf("%d", n)
	}
}

// TestCounterAfterRestore: the stream of a restored table has other sequence numbers, here lower ones.
func TestCounterAfterRestore(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	c := dynamo.NewConsumer(api, counting())
	acme := id(t, "acme")
	var before, after []dynamo.StreamRecord
	for i := range 1500 {
		before = append(before, inserted(acme, "User", userID(i), 440_000_000+i))
	}
	for i := range 200 {
		after = append(after, removed(acme, "User", userID(i), 100+i))
	}
	for i := range 20 {
		after = append(after, inserted(acme, "User", userID(5000+i), 700+i))
	}
	feed(t, c, 100, before)
	feed(t, c, 100, after)
	if n := counterOf(t, api, "User"); n != 1320 {
		t.Errorf("%d", n)
	}
}

// TestCounterOfDeletedTenant: records of a deleted tenant that arrive late make no counter, and do not
// touch that of a tenant that was made again with the same name.
func TestCounterOfDeletedTenant(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name string
		late int // REMOVEs that arrive before the new users; the others arrive after them
		base int // number of the first new user
	}{{"before", 150, 10_000}, {"after", 0, 10_000}, {"half", 75, 10_000}, {"before, same ids", 150, 0}} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			_, api := serve(t)
			c, ts := dynamo.NewConsumer(api, counting()), dynamo.NewTenants(api, table, nil)
			acme := id(t, "acme")
			createTenants(t, ts, tenant.Settings{ID: acme})
			var old, gone, made []dynamo.StreamRecord
			for i := range 150 {
				old = append(old, inserted(acme, "User", userID(i), 1000+i))
				gone = append(gone, removed(acme, "User", userID(i), 2000+i))
			}
			for i := range 2000 {
				made = append(made, inserted(acme, "User", userID(v.base+i), 5000+i))
			}
			feed(t, c, 100, old)
			if _, err := ts.Delete(t.Context(), acme, dynamo.Deletion{Wait: -1}); err != nil {
				t.Fatal(err)
			}
			feed(t, c, 100, gone[:50])
			if left := keysOf(t, api, "acme"); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
			createTenants(t, ts, tenant.Settings{ID: acme})
			feed(t, c, 100, gone[:v.late])
			feed(t, c, 100, made)
			feed(t, c, 100, gone[v.late:])
			if n := counterOf(t, api, "User"); n != 2000 {
				t.Errorf("%d", n)
			}
		})
	}
}

// dealt is a random history of users, and the random order in which it is delivered: the records of
// one user in order, those of different users in any order.
func dealt(r *rand.Rand, acme scim.TenantID) (lanes [][]dynamo.StreamRecord, present int) {
	lanes = make([][]dynamo.StreamRecord, 3)
	sequence := 90
	type user struct{ lane, n int }
	var users []user
	for i := range 300 {
		sequence++
		if len(users) > 0 && r.IntN(3) == 0 {
			k := r.IntN(len(users))
			u := users[k]
			users[k] = users[len(users)-1]
			users = users[:len(users)-1]
			lanes[u.lane] = append(lanes[u.lane], removed(acme, "User", spread(u.n), sequence))
			continue
		}
		u := user{r.IntN(3), i}
		users = append(users, u)
		lanes[u.lane] = append(lanes[u.lane], inserted(acme, "User", spread(i), sequence))
	}
	return lanes, len(users)
}

// spread is an id as the service makes them: its time is in front.
func spread(n int) string {
	return fmt.Sprintf("%08x-%04x-7000-8000-%012d", 0x01900000+n/300, n*97%0x10000, n)
}

// TestCounterAnyDelivery: whatever the batches, their order, their repeats and the crashes between and
// in them, the counter is exact once every record was delivered.
func TestCounterAnyDelivery(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			e, api := serve(t)
			acme := id(t, "acme")
			lanes, want := dealt(rand.New(rand.NewPCG(seed, 1)), acme)
			e.Inject(func(op string, n int) dynamotest.Fault {
				switch r := rand.New(rand.NewPCG(uint64(n), seed)); {
				case op != "TransactWriteItems" || r.IntN(6) > 0:
					return dynamotest.Fault{}
				case r.IntN(2) == 0:
					return dynamotest.Fault{Kind: dynamotest.DropBefore}
				default:
					return dynamotest.Fault{Kind: dynamotest.DropAfter}
				}
			})
			var wg sync.WaitGroup
			for lane, records := range lanes {
				wg.Go(func() { deliver(t, api, rand.New(rand.NewPCG(seed, uint64(10+lane))), records) })
			}
			wg.Wait()
			e.Inject(nil)
			if n := counterOf(t, api, "User"); n != want {
				t.Errorf("%d, want %d", n, want)
			}
		})
	}
}

// deliver processes the records of a lane in batches of any size; some are delivered again, with those
// before them or without, and some processes end in the middle of a batch.
func deliver(t *testing.T, api *dynamodb.Client, r *rand.Rand, records []dynamo.StreamRecord) {
	c := dynamo.NewConsumer(api, counting())
	for at := 0; at < len(records); {
		end := min(at+1+r.IntN(40), len(records))
		ctx, cancel := context.WithCancel(t.Context())
		if r.IntN(4) == 0 {
			ctx, cancel = context.WithTimeout(t.Context(), time.Duration(r.IntN(20))*time.Millisecond)
		}
		_, err := c.Process(ctx, records[at:end])
		cancel()
		var busy *scim.BusyError
		switch {
		case err != nil && ctx.Err() == nil && !errors.As(err, &busy):
			t.Error(err)
			return
		case err != nil || r.IntN(3) == 0:
			at = max(0, at-r.IntN(30)) // again, and more than that
		default:
			at = end
		}
	}
}
