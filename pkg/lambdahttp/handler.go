package lambdahttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// MaxPayload is the largest event and the largest answer of a synchronous Lambda invocation, in bytes.
const MaxPayload = 6 << 20

// Options of New. Zero fields take the defaults.
type Options struct {
	// BasePath is a prefix that the gateway leaves in the path, such as the name of a stage or the
	// key of a base path mapping. It is removed. Empty means none.
	BasePath string
	// Reserve is the time between the end of the request's context and Lambda's deadline, so that an
	// answer can still be sent. 1 s by default, and never more than half of the remaining time.
	Reserve time.Duration
	// Binary says that a REST API has */* among its binary media types, which gzip needs. An HTTP
	// API needs no setting.
	Binary bool
	// Log receives panics; slog.Default by default.
	Log *slog.Logger
}

// Handler turns events of API Gateway into requests. It is safe for concurrent use. The zero value is
// not usable; see New.
type Handler struct {
	v1 *httpadapter.HandlerAdapter
	v2 *httpadapter.HandlerAdapterV2
	o  Options
}

// New returns a Handler that serves h.
func New(h http.Handler, o Options) *Handler {
	if o.Reserve <= 0 {
		o.Reserve = time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.BasePath = cleanBase(o.BasePath)
	g := &guard{next: h, o: o}
	return &Handler{v1: httpadapter.New(g), v2: httpadapter.NewV2(g), o: o}
}

// errKind means that an event has neither of the two formats.
var errKind = errors.New("lambdahttp: not an event of an API Gateway HTTP API (payload 2.0) or REST API (1.0)")

// Invoke implements lambda.Handler. It returns an error only for an event that does not come from API
// Gateway. Every request gets an answer: too large ones, malformed ones and those whose handler panics
// get a SCIM error.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	k, err := kindOf(payload)
	if err != nil {
		return nil, err
	}
	in := invocation{kind: k, size: len(payload)}
	if k == httpAPI {
		return h.invokeV2(ctx, payload, in)
	}
	return h.invokeV1(ctx, payload, in)
}

func (h *Handler) invokeV2(ctx context.Context, payload []byte, in invocation) ([]byte, error) {
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	in.requestID, in.sourceIP = event.RequestContext.RequestID, event.RequestContext.HTTP.SourceIP
	if a := event.RequestContext.Authorizer; a != nil && a.IAM != nil {
		in.principal = a.IAM.UserARN
	}
	in.fault = prepareV2(&event, h.o.BasePath)
	answer, err := h.v2.ProxyWithContext(withInvocation(ctx, in), event)
	if err != nil {
		return nil, err
	}
	return encode(answer)
}

func (h *Handler) invokeV1(ctx context.Context, payload []byte, in invocation) ([]byte, error) {
	var event events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	in.requestID, in.sourceIP = event.RequestContext.RequestID, event.RequestContext.Identity.SourceIP
	in.principal = event.RequestContext.Identity.UserArn
	in.fault = prepareV1(&event, h.o.BasePath)
	answer, err := h.v1.ProxyWithContext(withInvocation(ctx, in), event)
	if err != nil {
		return nil, err
	}
	return encode(answer)
}

// encode writes an answer without escapes for HTML, which would count against MaxPayload.
func encode(answer any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(answer)
	return b.Bytes(), err
}
