package lambdahttp

import (
	"net"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
)

// request makes the request of a prepared event. The proxy builds it from what it reads of an event.
func (e *event) request() (r *http.Request, err error) {
	if e.kind == httpAPI {
		r, err = (&core.RequestAccessorV2{}).EventToRequest(e.v2())
	} else {
		r, err = (&core.RequestAccessor{}).EventToRequest(e.v1())
	}
	if err != nil {
		return nil, err
	}
	if ip := e.sourceIP(); ip != "" {
		r.RemoteAddr = net.JoinHostPort(ip, "0") // host and port, as net/http has it
	}
	if id := e.RequestContext.RequestID; id != "" {
		r.Header.Set("X-Request-Id", id)
	}
	return r, nil
}

func (e *event) v2() events.APIGatewayV2HTTPRequest {
	to := events.APIGatewayV2HTTPRequest{
		RawPath: e.RawPath, RawQueryString: e.RawQueryString, Cookies: e.Cookies, Headers: e.Headers,
		QueryStringParameters: e.QueryStringParameters, Body: e.Body,
	}
	to.RequestContext.DomainName = e.RequestContext.DomainName
	to.RequestContext.HTTP.Method = e.RequestContext.HTTP.Method
	return to
}

func (e *event) v1() events.APIGatewayProxyRequest {
	to := events.APIGatewayProxyRequest{
		HTTPMethod: e.HTTPMethod, Path: e.Path, Headers: e.Headers, MultiValueHeaders: e.MultiValueHeaders, Body: e.Body,
		QueryStringParameters: e.QueryStringParameters, MultiValueQueryStringParameters: e.MultiValueQueryStringParameters,
	}
	to.RequestContext.DomainName = e.RequestContext.DomainName
	return to
}
