package dynamo

import (
	"context"
	"errors"
	"fmt"
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
// left, clears the managers that were removed, and shows members by their present names. Processing
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
	for _, r := range records {
		follow := c.rename
		if r.Kind == "REMOVE" {
			follow = c.sweep
		}
		if err := errors.Join(follow(ctx, r), c.release(ctx, r), c.reindex(ctx, r)); err != nil {
			return r.Sequence, err
		}
	}
	return "", nil
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

// counterName names a counter. All of its records come from one item collection, so their
// sequence numbers ascend in every shard.
type counterName struct {
	tenant scim.TenantID
	typ    string
}

// count updates the counters, with one write per counter.
func (c *Consumer) count(ctx context.Context, records []StreamRecord) error {
	byCounter := map[counterName][]StreamRecord{}
	for _, r := range records {
		if r.Kind == "MODIFY" {
			continue
		}
		if p, ok := partitionOf(r); ok && p.resourceType() != "" {
			name := counterName{p.tenant, p.resourceType()}
			byCounter[name] = append(byCounter[name], r)
		}
	}
	for name, list := range byCounter {
		if err := c.apply(ctx, name, list); err != nil {
			return err
		}
	}
	return nil
}

// apply counts the records after the last one that was counted.
func (c *Consumer) apply(ctx context.Context, name counterName, records []StreamRecord) error {
	k := counterKey(name.tenant, name.typ)
	for range maxTries {
		it, err := c.store.getItem(ctx, k, true)
		if err != nil {
			return err
		}
		last := stringOf(it, "last")
		step := stepAfter(last, records)
		if step.next == last {
			return nil
		}
		err = c.store.addToCounter(ctx, k, last, step)
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: other processes are changing the counter")}
}

// counterStep is what a batch of records adds to a counter.
type counterStep struct {
	next    string // the last sequence number after it
	delta   int64
	removed bool // a resource was removed, so that bookmarks are void
}

// stepAfter sums up the records after the last one that was counted.
func stepAfter(last string, records []StreamRecord) counterStep {
	step := counterStep{next: last}
	for _, r := range records {
		at := paddedSequence(r.Sequence)
		switch {
		case at <= last:
			continue
		case r.Kind == "INSERT":
			step.delta++
		default:
			step.delta--
			step.removed = true
		}
		step.next = max(step.next, at)
	}
	return step
}

// addToCounter changes a counter if its last sequence number is still the one that was read.
func (s *Store) addToCounter(ctx context.Context, k key, last string, step counterStep) error {
	var e expression
	name := e.alias("last")
	if last == "" {
		e.require(absent(name))
	} else {
		e.require(name + " = " + e.bind(":last", str(last)))
	}
	e.set(name, e.bind(":next", str(step.next)))
	e.adds = append(e.adds, attrNumber+" "+e.bind(":delta", num(step.delta)))
	if step.removed {
		e.adds = append(e.adds, attrGeneration+" "+e.bind(":one", num(1)))
	}
	_, err := s.updateItem(ctx, k, e, types.ReturnValueNone)
	return err
}

// paddedSequence makes sequence numbers, which have up to 40 digits, sort as strings.
func paddedSequence(sequence string) string { return fmt.Sprintf("%040s", sequence) }
