package dynamo

import (
	"context"
	"time"
)

// followUp bounds what a request does after its commit.
const followUp = 10 * time.Second

// afterwards is the context of what follows a commit. It does not end with the request: the change
// has been made, whether the client waits for the rest or not. An error of what follows does not
// change the answer either. The consumer of the stream finishes what remains.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), followUp)
}
