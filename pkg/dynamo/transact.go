package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxActions is what one transaction takes.
const maxActions = 100

// maxTries bounds how often a request is sent that ran into another one or was throttled.
const maxTries = 4

// refused says that conditions did not hold: for each, the item as it is (nil: none).
type refused struct{ now map[int]item }

func (r *refused) Error() string { return fmt.Sprintf("%d conditions did not hold", len(r.now)) }

// transact carries out a transaction. It returns *refused when conditions fail.
func (s *Store) transact(ctx context.Context, actions []types.TransactWriteItem) error {
	token := rand.Text() // one for all tries: a try whose answer was lost does no harm
	in := &dynamodb.TransactWriteItemsInput{TransactItems: actions, ClientRequestToken: &token}
	return retry(ctx, func() error {
		_, err := s.api.TransactWriteItems(ctx, in)
		return err
	})
}

// retry sends a request again, a little later each time, while others are in its way. What it
// returns has gone through storeError.
func retry(ctx context.Context, send func() error) error {
	for try := 1; ; try++ {
		err := storeError(send())
		var busy *scim.BusyError
		if !errors.As(err, &busy) || try == maxTries {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// storeError translates what the SDK returns: *refused for conditions, *scim.BusyError for
// what another try may cure, the context's error when time ran out.
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
		return &refused{now: map[int]item{0: condition.Item}}
	case errors.As(err, &cancelled):
		return cancellation(cancelled)
	case transient(err):
		return &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return fmt.Errorf("dynamo: %w", err)
}

// cancellation tells a failed condition from a conflict with another request.
func cancellation(err *types.TransactionCanceledException) error {
	now := map[int]item{}
	busy := false
	for i, reason := range err.CancellationReasons {
		code := ""
		if reason.Code != nil {
			code = *reason.Code
		}
		switch code {
		case "ConditionalCheckFailed":
			now[i] = reason.Item
		case "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError":
			busy = true
		}
	}
	switch {
	case len(now) > 0:
		return &refused{now: now}
	case busy:
		return &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return fmt.Errorf("dynamo: %w", err)
}

// transient tells whether the same request may succeed a moment later.
func transient(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "TransactionConflictException", "TransactionInProgressException", "ProvisionedThroughputExceededException",
			"ThrottlingException", "RequestLimitExceeded", "LimitExceededException", "InternalServerError", "ServiceUnavailable":
			return true
		}
		return api.ErrorFault() == smithy.FaultServer
	}
	var network net.Error
	var sent *smithy.OperationError // no answer came, or none that could be read
	return errors.As(err, &network) || errors.As(err, &sent)
}

// pause waits before another try, longer each time, never in step with others.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(time.Millisecond + mathrand.N(10*time.Millisecond<<min(try, 5)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
