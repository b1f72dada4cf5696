package lambdarun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

// Limits of an API Gateway HTTP API.
const (
	gatewayTimeout = 30 * time.Second
	gatewayBody    = 10 << 20
)

// Gateway is an http.Handler that acts as an API Gateway HTTP API: it routes a request, passes it to
// a function as an event, and writes its response. Errors of its own have the form of API Gateway,
// not of SCIM. Fields are required, except that without IAM no request is authorized. It is safe for concurrent use.
type Gateway struct {
	Functions map[string]*Function // by name, one for each of Names that receives requests
	IAM       IAM                  // who may invoke the routes of the administration
	Log       *slog.Logger
	Now       func() time.Time

	count atomic.Uint64
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, gatewayBody))
	if err != nil {
		g.refuse(w, http.StatusRequestEntityTooLarge, "Request Too Long")
		return
	}
	now, name := g.Now(), route(rawPath(r))
	var caller *events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription
	if name == iamFunction {
		if caller = g.IAM.authorize(r, body, now); caller == nil {
			g.refuse(w, http.StatusForbidden, "Forbidden")
			return
		}
	}
	// Unique across restarts, as the ids of API Gateway are.
	id := "local-" + strconv.FormatInt(now.UnixNano(), 36) + "-" + strconv.FormatUint(g.count.Add(1), 36)
	event, err := eventOf(r, sent{id: id, body: body, now: now, caller: caller})
	if err != nil || len(event) > lambdahttp.MaxPayload {
		g.refuse(w, http.StatusRequestEntityTooLarge, "Request Too Long")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), gatewayTimeout)
	defer cancel()
	response, err := g.Functions[name].Invoke(ctx, event)
	if err == nil {
		err = writeResponse(w, response)
	}
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded):
		g.Log.ErrorContext(ctx, "function timed out", "function", name, "request_id", id)
		g.refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
	default:
		g.Log.ErrorContext(ctx, "function failed", "function", name, "request_id", id, "error", err)
		g.refuse(w, http.StatusInternalServerError, "Internal Server Error")
	}
}

// refuse writes an error in the form of API Gateway.
func (g *Gateway) refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, message)
}
