package streams

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// Records converts stream records to the store's form. The SDK has its own types for the same
// values in each of the two services.
func Records(shard string, records []streamtypes.Record) []dynamo.StreamRecord {
	out := make([]dynamo.StreamRecord, len(records))
	for i, r := range records {
		out[i] = dynamo.StreamRecord{
			EventID: aws.ToString(r.EventID), Sequence: aws.ToString(r.Dynamodb.SequenceNumber), Shard: shard, Kind: string(r.EventName),
			Keys: storeImage(r.Dynamodb.Keys), Old: storeImage(r.Dynamodb.OldImage), New: storeImage(r.Dynamodb.NewImage),
			ByTTL: r.UserIdentity != nil && aws.ToString(r.UserIdentity.Type) == "Service",
		}
	}
	return out
}

func storeImage(in map[string]streamtypes.AttributeValue) map[string]types.AttributeValue {
	if in == nil {
		return nil
	}
	out := make(map[string]types.AttributeValue, len(in))
	for k, v := range in {
		out[k] = storeValue(v)
	}
	return out
}

func storeValue(v streamtypes.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *streamtypes.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}
	case *streamtypes.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: v.Value}
	case *streamtypes.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: v.Value}
	case *streamtypes.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *streamtypes.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: v.Value}
	case *streamtypes.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: v.Value}
	case *streamtypes.AttributeValueMemberBS:
		return &types.AttributeValueMemberBS{Value: v.Value}
	case *streamtypes.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: storeImage(v.Value)}
	case *streamtypes.AttributeValueMemberL:
		list := make([]types.AttributeValue, len(v.Value))
		for i, e := range v.Value {
			list[i] = storeValue(e)
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}
