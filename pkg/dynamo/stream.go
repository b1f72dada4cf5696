package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// StreamRecord is one change of the table, whatever brought it: a Lambda event or the Streams
// API.
type StreamRecord struct {
	EventID, Sequence, Shard string
	Kind                     string // INSERT, MODIFY or REMOVE
	Keys, Old, New           map[string]types.AttributeValue
	ByTTL                    bool // removed because its time was over
}

// Consumer follows the table's stream: it keeps the counters, and sweeps what interrupted
// writes have left. Everything it does may be done twice.
type Consumer struct{ store *Store }

// NewConsumer makes a Consumer.
func NewConsumer(api API, o Options) *Consumer { return &Consumer{store: New(api, o)} }

// Process handles records in their order. On an error it names the first record that has to be
// sent again, with all that follow it.
func (c *Consumer) Process(ctx context.Context, records []StreamRecord) (failedSequence string, err error) {
	if len(records) == 0 {
		return "", nil
	}
	if err := c.count(ctx, records); err != nil {
		return records[0].Sequence, err
	}
	for _, r := range records {
		if r.Kind != "REMOVE" {
			continue
		}
		if err := c.sweep(ctx, r); err != nil {
			return r.Sequence, err
		}
	}
	return "", nil
}

// place is where a record belongs: T#<tenant>#<kind>#<rest>.
type place struct {
	tenant     scim.TenantID
	kind, rest string
	sk         string
}

func placeOf(r StreamRecord) (place, bool) {
	parts := strings.SplitN(textOf(r.Keys, attrPK), "#", 4)
	if len(parts) < 3 || parts[0] != "T" {
		return place{}, false
	}
	t, err := scim.ParseTenantID(parts[1])
	p := place{tenant: t, kind: parts[2], sk: textOf(r.Keys, attrSK)}
	if len(parts) == 4 {
		p.rest = parts[3]
	}
	return p, err == nil
}

// resourceType is the type of the resources in a collection E#<type>#0, or "".
func (p place) resourceType() string {
	typ, shard, _ := strings.Cut(p.rest, "#")
	if p.kind != "E" || shard != "0" {
		return ""
	}
	return typ
}

// counterName is a counter: all its records come from one collection, so that their
// sequence numbers ascend, whichever shard brings them.
type counterName struct {
	tenant scim.TenantID
	typ    string
}

// count brings the counters up to date, one write per counter.
func (c *Consumer) count(ctx context.Context, records []StreamRecord) error {
	byCounter := map[counterName][]StreamRecord{}
	for _, r := range records {
		if r.Kind == "MODIFY" {
			continue
		}
		if p, ok := placeOf(r); ok && p.resourceType() != "" {
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

// apply adds what has not been applied yet: records up to the last one that has are skipped.
func (c *Consumer) apply(ctx context.Context, name counterName, records []StreamRecord) error {
	k := counterKey(name.tenant, name.typ)
	for range maxTries {
		it, err := c.store.getItem(ctx, k, true)
		if err != nil {
			return err
		}
		last := textOf(it, "last")
		next, change := last, int64(0)
		for _, r := range records {
			at := sortable(r.Sequence)
			if at <= last {
				continue
			}
			next = max(next, at)
			if r.Kind == "INSERT" {
				change++
			} else {
				change--
			}
		}
		if next == last {
			return nil
		}
		err = c.store.bump(ctx, k, last, next, change)
		var r *refused
		if !errors.As(err, &r) {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: the counter is being changed elsewhere")}
}

// bump changes a counter if its last sequence number is still what was read.
func (s *Store) bump(ctx context.Context, k key, last, next string, change int64) error {
	values := item{":d": num(change), ":next": str(next)}
	cond := "attribute_not_exists(#l)"
	if last != "" {
		cond = "#l = :last"
		values[":last"] = str(last)
	}
	return retry(ctx, func() error {
		_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.table, Key: k.item(),
			UpdateExpression: aws.String("SET #l = :next ADD n :d"), ConditionExpression: &cond,
			ExpressionAttributeNames: map[string]string{"#l": "last"}, ExpressionAttributeValues: values})
		return err
	})
}

// sortable pads a sequence number, which may have up to 40 digits.
func sortable(sequence string) string { return fmt.Sprintf("%040s", sequence) }
