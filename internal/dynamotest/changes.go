package dynamotest

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Change is one record of a table's stream. Its fields have the meaning of the fields in the
// DynamoDB Streams API. An image that the stream's view type does not include is nil.
type Change struct {
	// EventID is unique. Sequence orders the changes of a table when compared as a string.
	EventID, Sequence string
	// Shard is the shard that has the record. There is one until SplitShard.
	Shard string
	// Kind is INSERT, MODIFY or REMOVE.
	Kind string
	// Keys, Old and New belong to the caller.
	Keys, Old, New map[string]types.AttributeValue
	// ByTTL is set for an item that Expire deleted.
	ByTTL bool
}

// Changes returns the records of a table's stream after the one with the given sequence number;
// "" returns all that are still kept. A table without a stream has none.
func (e *Engine) Changes(table, after string) []Change {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.tables[table]
	if t == nil || t.stream == nil {
		return nil
	}
	var out []Change
	for _, r := range t.stream.records {
		if sequence(r.seq) <= after {
			continue
		}
		c := Change{EventID: eventID(r.seq), Sequence: sequence(r.seq), Shard: t.stream.shardOf(t, r), Kind: r.name(), Keys: t.keys.of(r.item()).attributes(), ByTTL: r.byTTL}
		if t.stream.shows("OLD_IMAGE") {
			c.Old = r.old.item().attributes()
		}
		if t.stream.shows("NEW_IMAGE") {
			c.New = r.new.item().attributes()
		}
		out = append(out, c)
	}
	return out
}

// attributes returns the item in the SDK's types, nil for nil.
func (it item) attributes() map[string]types.AttributeValue {
	if it == nil {
		return nil
	}
	out := make(map[string]types.AttributeValue, len(it))
	for k, v := range it {
		out[k] = v.attribute()
	}
	return out
}

func (v value) attribute() types.AttributeValue {
	switch v.t {
	case "S":
		return &types.AttributeValueMemberS{Value: v.s}
	case "N":
		return &types.AttributeValueMemberN{Value: v.n.String()}
	case "B":
		return &types.AttributeValueMemberB{Value: []byte(v.s)}
	case "BOOL":
		return &types.AttributeValueMemberBOOL{Value: v.b}
	case "SS":
		return &types.AttributeValueMemberSS{Value: append([]string(nil), v.set...)}
	case "NS":
		return &types.AttributeValueMemberNS{Value: append([]string(nil), v.set...)}
	case "BS":
		out := &types.AttributeValueMemberBS{}
		for _, m := range v.set {
			out.Value = append(out.Value, []byte(m))
		}
		return out
	case "L":
		out := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, len(v.list))}
		for i, e := range v.list {
			out.Value[i] = e.attribute()
		}
		return out
	case "M":
		return &types.AttributeValueMemberM{Value: v.m.attributes()}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}
