package lambdahttp

import (
	"context"
	"encoding/json"
	"errors"
)

// kind is the format of an event.
type kind int

const (
	restAPI kind = iota + 1 // payload format 1.0
	httpAPI                 // payload format 2.0
)

// event is what a request takes from an event in either format. No member means one thing in 1.0 and another in 2.0,
// but for the authorizer, so that one decoding serves both.
type event struct {
	kind kind

	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	Body                  string            `json:"body"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
	RequestContext        requestContext    `json:"requestContext"`

	// 1.0
	HTTPMethod                      string              `json:"httpMethod"`
	Path                            string              `json:"path"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`

	// 2.0
	RawPath        string   `json:"rawPath"`
	RawQueryString string   `json:"rawQueryString"`
	Cookies        []string `json:"cookies"`
}

type requestContext struct {
	RequestID  string          `json:"requestId"`
	DomainName string          `json:"domainName"`
	Authorizer json.RawMessage `json:"authorizer"` // its members are those of the API in 1.0

	// 1.0
	Identity struct {
		SourceIP string `json:"sourceIp"`
		UserARN  string `json:"userArn"`
	} `json:"identity"`

	// 2.0
	HTTP struct {
		Method   string `json:"method"`
		Path     string `json:"path"`
		SourceIP string `json:"sourceIp"`
	} `json:"http"`
}

// errKind means that an event has neither of the two formats.
var errKind = errors.New("lambdahttp: not an event of an API Gateway HTTP API (payload 2.0) or REST API (1.0)")

// decode reads an event and recognises its format by the method, which is in another place in each.
func decode(payload []byte) (*event, error) {
	e := &event{}
	switch err := json.Unmarshal(payload, e); {
	case err != nil:
		return nil, err
	case e.RequestContext.HTTP.Method != "":
		e.kind = httpAPI
	case e.HTTPMethod != "":
		e.kind = restAPI
	default:
		return nil, errKind
	}
	return e, nil
}

// sourceIP returns the address of the client.
func (e *event) sourceIP() string {
	if e.kind == httpAPI {
		return e.RequestContext.HTTP.SourceIP
	}
	return e.RequestContext.Identity.SourceIP
}

// principal returns the ARN of the IAM principal; see Principal.
func (e *event) principal() (string, error) {
	if e.kind == restAPI {
		return e.RequestContext.Identity.UserARN, nil
	}
	var authorizer struct {
		IAM struct {
			UserARN string `json:"userArn"`
		} `json:"iam"`
	}
	if len(e.RequestContext.Authorizer) == 0 {
		return "", nil
	}
	err := json.Unmarshal(e.RequestContext.Authorizer, &authorizer)
	return authorizer.IAM.UserARN, err
}

type principalKey struct{}

// Principal returns the ARN of the IAM principal that has signed a request, as API Gateway has verified it; "" if the
// route has no IAM authorization.
func Principal(ctx context.Context) string {
	arn, _ := ctx.Value(principalKey{}).(string)
	return arn
}
