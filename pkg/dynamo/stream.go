package dynamo

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// StreamRecord is one change of an item, from a Lambda event or from the DynamoDB Streams API.
type StreamRecord struct {
	EventID, Sequence, Shard string
	Kind                     string // INSERT, MODIFY or REMOVE
	Keys, Old, New           map[string]types.AttributeValue
	ByTTL                    bool // removed by time to live
}

// Consumer processes the table's stream: it keeps the counters, sweeps what interrupted writes have
// left, clears the managers that were removed, shows members by their present names, and writes the feed. Processing
// a record more than once has no further effect. It is safe for concurrent use.
type Consumer struct {
	store   *Store
	version versionGuard
}

// NewConsumer returns a Consumer of the stream of a table.
func NewConsumer(api API, o Options) *Consumer { return &Consumer{store: New(api, o)} }

// Process processes records in their order. With an error it returns the sequence number of the
// first record that must be processed again, together with all later ones.
func (c *Consumer) Process(ctx context.Context, records []StreamRecord) (failedSequence string, err error) {
	if len(records) == 0 {
		return "", nil
	}
	if err := c.version.check(ctx, c.store); err != nil {
		return records[0].Sequence, err
	}
	if err := c.count(ctx, records); err != nil {
		return records[0].Sequence, err
	}
	done, err := c.follow(ctx, records)
	if told := c.sequence(ctx, records[:done]); told != nil { // after the sweeper, whose commits an entry may have to follow
		return records[0].Sequence, errors.Join(told, err)
	}
	if built, failed := c.build(ctx, records[:done]); failed != nil { // last: it may take long, and the feed does not wait for it
		return records[built].Sequence, errors.Join(failed, err)
	}
	if err != nil {
		return records[done].Sequence, err
	}
	return "", nil
}

// follow does what each record calls for, and returns how many of them it has done.
func (c *Consumer) follow(ctx context.Context, records []StreamRecord) (done int, err error) {
	for i, r := range records {
		follow := c.rename
		if r.Kind == "REMOVE" {
			follow = c.sweep
		}
		if err := errors.Join(follow(ctx, r), c.release(ctx, r)); err != nil {
			return i, err
		}
	}
	return len(records), nil
}

// partition is the primary key of a record, parsed: T#<tenant>#<kind>#<rest>.
type partition struct {
	tenant     scim.TenantID
	kind, rest string
	sk         string
}

func partitionOf(r StreamRecord) (partition, bool) {
	parts := strings.SplitN(stringOf(r.Keys, attrPK), "#", 4)
	if len(parts) < 3 || parts[0] != "T" {
		return partition{}, false
	}
	t, err := scim.ParseTenantID(parts[1])
	p := partition{tenant: t, kind: parts[2], sk: stringOf(r.Keys, attrSK)}
	if len(parts) == 4 {
		p.rest = parts[3]
	}
	return p, err == nil
}

// resourceType is the type of the resources in a collection E#<type>#0, or "".
func (p partition) resourceType() string {
	typ, shard, _ := strings.Cut(p.rest, "#")
	if p.kind != "E" || shard != "0" {
		return ""
	}
	return typ
}
