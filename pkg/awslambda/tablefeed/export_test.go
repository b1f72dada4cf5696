package tablefeed

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// At stops the clock of the schedule.
func At(h lambda.Handler, at time.Time) {
	h.(*handler).now = func() time.Time { return at } //nolint:forcetypeassert // of New
}
