package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxActions is the number of actions that a transaction takes.
const maxActions = 100

// conditionFailed says that conditions did not hold. It has the item of each, by the position of
// its action in the transaction: nil if there is none, or if the action did not ask for it.
type conditionFailed struct {
	current map[int]item
	lost    bool // an earlier try of the same write may have taken effect (see outcome.go)
}

func (f *conditionFailed) Error() string {
	return fmt.Sprintf("%d conditions did not hold", len(f.current))
}

// transact carries out a transaction. It returns *conditionFailed when conditions do not hold.
func (s *Store) transact(ctx context.Context, actions []types.TransactWriteItem) error {
	token := rand.Text() // the same for all tries: if a response was lost, the next try has no effect
	in := &dynamodb.TransactWriteItemsInput{TransactItems: actions, ClientRequestToken: &token}
	return retry(ctx, func() error {
		_, err := s.api.TransactWriteItems(ctx, in)
		return err
	})
}

// storeError translates an error of the SDK: into *conditionFailed, into *scim.BusyError if the
// same request may succeed later, or into the error of the context.
func storeError(err error) error {
	var condition *types.ConditionalCheckFailedException
	var cancelled *types.TransactionCanceledException
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("dynamo: %w", context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("dynamo: %w", context.DeadlineExceeded)
	case errors.As(err, &condition):
		return &conditionFailed{current: map[int]item{0: condition.Item}}
	case errors.As(err, &cancelled):
		return cancellation(cancelled)
	case transient(err):
		return &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return fmt.Errorf("dynamo: %w", err)
}

// cancellation distinguishes failed conditions from a conflict with another request. Conditions
// that fail come first: a repeated transaction would fail again.
func cancellation(err *types.TransactionCanceledException) error {
	current := map[int]item{}
	busy := false
	for i, reason := range err.CancellationReasons {
		code := ""
		if reason.Code != nil {
			code = *reason.Code
		}
		switch code {
		case "ConditionalCheckFailed":
			current[i] = reason.Item
		case "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded":
			busy = true
		}
	}
	switch {
	case len(current) > 0:
		return &conditionFailed{current: current}
	case busy:
		return &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return fmt.Errorf("dynamo: %w", err)
}

// transient reports whether the same request may succeed a moment later.
func transient(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch code := api.ErrorCode(); code {
		case "InternalServerError", "ServiceUnavailable":
			return true
		default:
			return contention(code) || api.ErrorFault() == smithy.FaultServer
		}
	}
	var network net.Error
	var sent *smithy.OperationError // there was no response, or it could not be read
	return errors.As(err, &network) || errors.As(err, &sent)
}
