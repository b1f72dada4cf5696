package streams

import (
	"context"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// Deal delivers records as an event source mapping with a parallelization factor may. The records
// of one item (partition and sort key) arrive in their order, and those of different items in any
// order, also if they have the same partition key. The zero value delivers one batch at a time, in order.
type Deal struct {
	Factor int     // batches of a shard at the same time; 0 is 1
	Batch  int     // records of a batch; 0 is 100
	Repeat float64 // the share of batches that are delivered again, after others
	Seed   uint64  // of the order and the repetitions
}

// Batches deals the records of one or more shards to lanes: the batches of a lane follow each other,
// those of different lanes are concurrent. The same seed deals the same batches.
func (d Deal) Batches(records []dynamo.StreamRecord) (lanes [][][]dynamo.StreamRecord) {
	type lane struct {
		shard string
		n     uint64
	}
	byLane, order := map[lane][]dynamo.StreamRecord{}, []lane{}
	for _, r := range records {
		l := lane{r.Shard, laneOf(itemOf(r), d.Factor)}
		if byLane[l] == nil {
			order = append(order, l)
		}
		byLane[l] = append(byLane[l], r)
	}
	random := rand.New(rand.NewPCG(d.Seed, d.Seed))
	for _, l := range order {
		var batches [][]dynamo.StreamRecord
		for b := range slices.Chunk(byLane[l], d.size()) {
			batches = append(batches, b)
			if random.Float64() < d.Repeat { // an earlier batch whose answer was lost
				batches = append(batches, batches[random.IntN(len(batches))])
			}
		}
		lanes = append(lanes, batches)
	}
	random.Shuffle(len(lanes), func(i, j int) { lanes[i], lanes[j] = lanes[j], lanes[i] })
	return lanes
}

func (d Deal) size() int {
	if d.Batch > 0 {
		return d.Batch
	}
	return 100
}

// Run processes all records, one goroutine for each lane. A batch that fails continues with the
// record that process names, up to ten times.
func (d Deal) Run(ctx context.Context, records []dynamo.StreamRecord, process func(context.Context, []dynamo.StreamRecord) (string, error)) error {
	lanes := d.Batches(records)
	return async.Each(ctx, max(len(lanes), 1), lanes, func(ctx context.Context, batches [][]dynamo.StreamRecord) error {
		for _, b := range batches {
			if err := persist(ctx, b, process); err != nil {
				return err
			}
		}
		return nil
	})
}

const maxDeliveries = 10

func persist(ctx context.Context, b []dynamo.StreamRecord, process func(context.Context, []dynamo.StreamRecord) (string, error)) error {
	for try := 1; ; try++ {
		failed, err := process(ctx, b)
		if err == nil || try == maxDeliveries {
			return err
		}
		if i := slices.IndexFunc(b, func(r dynamo.StreamRecord) bool { return r.Sequence == failed }); i > 0 {
			b = b[i:]
		}
	}
}

// itemOf names the item of a record.
func itemOf(r dynamo.StreamRecord) string {
	item := ""
	for _, name := range slices.Sorted(maps.Keys(r.Keys)) {
		item += keyText(r.Keys[name]) + "\x00"
	}
	return item
}

func keyText(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	}
	return ""
}

func laneOf(item string, factor int) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(item)) // a hash never fails
	return h.Sum64() % uint64(max(factor, 1))
}
