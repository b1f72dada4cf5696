package dynamolog

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/internal/async"
)

// maxTries is how often the unprocessed items of a part are sent. The SDK itself repeats a request
// that is throttled as a whole.
const maxTries = 5

// errUnprocessed is the error of items that DynamoDB returned again and again.
var errUnprocessed = errors.New("still unprocessed")

// send sends a part until nothing is unprocessed. After an error, left are the items that were not
// written.
func (l *Log) send(ctx context.Context, part []put) (left []put, err error) {
	left = part
	for try := range maxTries {
		out, err := l.api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{l.o.Table: writes(left)},
		})
		if err != nil {
			return left, err
		}
		if left = unprocessed(left, out.UnprocessedItems[l.o.Table]); len(left) == 0 {
			return nil, nil
		}
		if err = pause(ctx, try); err != nil {
			return left, err
		}
	}
	return left, errUnprocessed
}

// unprocessed returns the items of a part that were returned.
func unprocessed(part []put, returned []types.WriteRequest) []put {
	if len(returned) == 0 {
		return nil
	}
	keys := make(map[[2]string]bool, len(returned))
	for _, w := range returned {
		if w.PutRequest != nil {
			keys[keyOf(w.PutRequest.Item)] = true
		}
	}
	var left []put
	for _, p := range part {
		if keys[keyOf(p.item)] {
			left = append(left, p)
		}
	}
	return left
}

func keyOf(it item) [2]string {
	pk, _ := it["PK"].(*types.AttributeValueMemberS)
	sk, _ := it["SK"].(*types.AttributeValueMemberS)
	if pk == nil || sk == nil {
		return [2]string{}
	}
	return [2]string{pk.Value, sk.Value}
}

// invalid reports whether DynamoDB refused a batch for what is in it: an item that is too large, an
// invalid key, or two items with one key.
func invalid(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == "ValidationException"
}

// pause waits before the next try: longer with each one, and for a random time.
func pause(ctx context.Context, try int) error {
	return async.Sleep(ctx, rand.N(20*time.Millisecond<<try))
}
