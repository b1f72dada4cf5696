package dynamo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// followUp bounds what a request does after its commit.
const followUp = 10 * time.Second

// afterwards is the context of what follows a commit. It does not end with the request: the change
// has been made, whether the client waits for the rest or not. An error of what follows does not
// change the answer either. The consumer of the stream finishes what remains.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), followUp)
}

// unanswered takes the error of work that changes no answer. What fails is done again, by the consumer of
// the stream or with the next request, and is not logged; a panic is a fault of the program, and is.
func (s *Store) unanswered(ctx context.Context, what string, err error) {
	var p *async.PanicError
	if errors.As(err, &p) {
		s.o.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("in", what),
			slog.String("cause", fmt.Sprint(p.Value)), slog.String("stack", string(p.Stack)))
	}
}
