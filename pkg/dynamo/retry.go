package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxTries bounds how often a request is sent whose failure says nothing about other requests: a fault
// of the server or of the network.
const maxTries = 4

// retry repeats a request with growing pauses: while it conflicts with others or is throttled, for the
// time of a budget, because that passes; after any other transient failure a few times. It returns
// the errors of storeError.
func retry(ctx context.Context, send func() error) error {
	err := storeError(send())
	if err == nil {
		return nil
	}
	var wait async.Budget
	for try := 1; ; try++ {
		var busy *scim.BusyError
		if !errors.As(err, &busy) || try >= maxTries && !contended(err) || !wait.Left(ctx) {
			return err
		}
		next := pause(ctx, try)
		if next == nil {
			next = storeError(send())
		}
		if errors.Is(next, context.DeadlineExceeded) {
			return err // the time ended in a pause of this loop or of the SDK: it is busy, as before
		}
		if errors.Is(next, context.Canceled) {
			return next
		}
		err = next
	}
}

// contended reports whether a request failed because of other requests: it conflicts with a
// transaction, or the table, an index or a partition has no capacity left for now.
func contended(err error) bool {
	var cancelled *types.TransactionCanceledException // its conditions held, or it would not be busy
	var api smithy.APIError
	if errors.As(err, &cancelled) {
		return true
	}
	return errors.As(err, &api) && contention(api.ErrorCode())
}

func contention(code string) bool {
	switch code {
	case "TransactionConflictException", "TransactionInProgressException", "ProvisionedThroughputExceededException",
		"ThrottlingException", "RequestLimitExceeded", "LimitExceededException":
		return true
	}
	return false
}

// longestPause is where pauses stop growing.
const longestPause = time.Second

// pause waits before the next try for a random part of a time that doubles with each, up to
// longestPause: clients that were refused together do not come back together.
func pause(ctx context.Context, try int) error {
	return async.Sleep(ctx, time.Millisecond+rand.N(min(longestPause, 10*time.Millisecond<<min(try, 7))))
}
