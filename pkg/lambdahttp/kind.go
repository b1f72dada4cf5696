package lambdahttp

import (
	"context"
	"encoding/json"
)

// kind is the format of an event.
type kind int

const (
	restAPI kind = iota + 1 // payload format 1.0
	httpAPI                 // payload format 2.0
)

// kindOf recognises the format by the fields that only one of them has.
func kindOf(payload []byte) (kind, error) {
	var probe struct {
		HTTPMethod     string `json:"httpMethod"`
		RequestContext struct {
			HTTP struct {
				Method string `json:"method"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	switch err := json.Unmarshal(payload, &probe); {
	case err != nil:
		return 0, err
	case probe.RequestContext.HTTP.Method != "":
		return httpAPI, nil
	case probe.HTTPMethod != "":
		return restAPI, nil
	}
	return 0, errKind
}

// invocation is what the guard needs to know about the event of a request.
type invocation struct {
	kind      kind
	size      int // of the event, in bytes
	requestID string
	sourceIP  string
	principal string // ARN of IAM; see Principal
	fault     error  // why the event is not a valid request; nil if it is
}

type invocationKey struct{}

func withInvocation(ctx context.Context, in invocation) context.Context {
	return context.WithValue(ctx, invocationKey{}, in)
}

// Principal returns the ARN of the IAM principal that has signed a request, as API Gateway has verified it; "" if the
// route has no IAM authorization.
func Principal(ctx context.Context) string { return invocationOf(ctx).principal }

func invocationOf(ctx context.Context) invocation {
	in, _ := ctx.Value(invocationKey{}).(invocation)
	return in
}
