package lambdarun

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// errBatch means that the stream function has processed only a part of a batch.
var errBatch = errors.New("the stream function failed on a record; its output has the reason")

// HandleStream is a streams.Handle. It passes batches to the stream function in the form of Lambda's
// event source.
func (s *Stack) HandleStream(ctx context.Context, _ string, records []types.Record) (failed string, err error) {
	payload, err := StreamEvent(records)
	if err != nil {
		return "", err
	}
	raw, err := s.functions[streamName].Invoke(ctx, payload)
	if err != nil {
		return "", err
	}
	var response events.DynamoDBEventResponse
	if err := json.Unmarshal(raw, &response); err != nil {
		return "", err
	}
	if len(response.BatchItemFailures) > 0 {
		return response.BatchItemFailures[0].ItemIdentifier, errBatch
	}
	return "", nil
}

// StreamEvent returns a batch as Lambda's event source for DynamoDB streams sends it.
func StreamEvent(records []types.Record) ([]byte, error) {
	return json.Marshal(map[string]any{"Records": streamRecords(records)})
}

func streamRecords(records []types.Record) []any {
	out := make([]any, len(records))
	for i, r := range records {
		change := map[string]any{"SequenceNumber": aws.ToString(r.Dynamodb.SequenceNumber), "StreamViewType": r.Dynamodb.StreamViewType}
		for name, image := range map[string]map[string]types.AttributeValue{"Keys": r.Dynamodb.Keys, "OldImage": r.Dynamodb.OldImage, "NewImage": r.Dynamodb.NewImage} {
			if image != nil {
				change[name] = wireImage(image)
			}
		}
		record := map[string]any{"eventID": aws.ToString(r.EventID), "eventName": r.EventName, "eventSource": "aws:dynamodb", "dynamodb": change}
		if u := r.UserIdentity; u != nil {
			record["userIdentity"] = map[string]string{"type": aws.ToString(u.Type), "principalId": aws.ToString(u.PrincipalId)}
		}
		out[i] = record
	}
	return out
}

func wireImage(image map[string]types.AttributeValue) map[string]any {
	out := make(map[string]any, len(image))
	for k, v := range image {
		out[k] = wireValue(v)
	}
	return out
}

// wireValue returns a value in DynamoDB JSON. The encoder writes bytes in base64.
func wireValue(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": wireImage(v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, e := range v.Value {
			list[i] = wireValue(e)
		}
		return map[string]any{"L": list}
	}
	return map[string]any{"NULL": true}
}
