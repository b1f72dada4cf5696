package activity

import (
	"context"
	"net/http"
	"time"
)

// Wrap prepares the context of every request that may change something, so that After and
// Observe find each other. Mount the scim.Handler inside it.
func (r *Recorder) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead { // those change nothing
			req = req.WithContext(withTrail(req.Context()))
		}
		next.ServeHTTP(w, req)
	})
}

// Flushing flushes after each request, for at most limit. It is for Lambda, which freezes a
// process between invocations. Records that could not be written in time stay in the queue, and
// the next invocation writes them.
func (r *Recorder) Flushing(next http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		next.ServeHTTP(w, req)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), limit)
		defer cancel()
		_ = r.Flush(ctx) // the records stay in the queue
	})
}
