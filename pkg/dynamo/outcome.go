package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/pkg/scim"
)

// outcome watches the tries of one write, those that the SDK makes by itself as well. A try whose
// response was lost may have taken effect. If a later try of it then fails its condition, this may
// be because of the earlier one: conditionFailed.lost says so, and the caller must find out or
// answer with unknownOutcome. It must not report a refusal, which promises that nothing was done
// (RFC 9110 §13.1.1: with 412, the method was not performed).
//
// Transactions need none of this. Their ClientRequestToken is the same for all tries, and a
// repeated transaction that has taken effect succeeds, whatever was written since.
type outcome struct{ lost bool }

// writeTries carries out a write of one item, with the errors of retry.
func writeTries(ctx context.Context, send func(watch func(*dynamodb.Options)) error) error {
	var o outcome
	err := retry(ctx, func() error {
		err := send(o.watch)
		o.see(err)
		return err
	})
	var failed *conditionFailed
	if o.lost && errors.As(err, &failed) {
		failed.lost = true
	}
	return err
}

// see notes a try without a definite answer: no response, or one that says that the server failed.
func (o *outcome) see(err error) {
	var api smithy.APIError
	if err == nil || errors.As(err, &api) && api.ErrorFault() != smithy.FaultServer && api.ErrorCode() != "InternalServerError" {
		return
	}
	o.lost = true
}

func (o *outcome) watch(options *dynamodb.Options) {
	if options.Retryer != nil {
		options.Retryer = watcher{options.Retryer, o}
	}
}

// watcher sees the errors of the tries that the SDK repeats.
type watcher struct {
	aws.Retryer
	o *outcome
}

func (w watcher) IsErrorRetryable(err error) bool {
	w.o.see(err)
	return w.Retryer.IsErrorRetryable(err)
}

// GetAttemptToken implements aws.RetryerV2, which the SDK looks for.
func (w watcher) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if v2, ok := w.Retryer.(aws.RetryerV2); ok {
		return v2.GetAttemptToken(ctx)
	}
	return w.GetInitialToken(), nil
}

// unknownOutcome is the answer to a write whose effect cannot be known.
func unknownOutcome() error {
	return &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the response to a write was lost, and the item has changed since: the outcome is unknown")}
}
