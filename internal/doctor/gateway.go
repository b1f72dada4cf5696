package doctor

import (
	"fmt"
	"net/http"
	"strings"
)

// stranger says who answered instead of the service, and who must do what; "" if the answer is that of a SCIM service.
// Gateways answer before a request reaches the service, and after it has failed.
func (r *run) stranger(a *answer) (found, todo string) {
	if a.has(urnError) || a.has(urnConfig) || a.has(urnList) {
		return "", ""
	}
	message := a.text("message")
	if message == "" {
		message = a.text("Message")
	}
	title, page := a.page()
	aws := a.header.Get("Apigw-Requestid") != "" || a.header.Get("X-Amzn-Requestid") != "" || a.header.Get("X-Amzn-Errortype") != ""
	switch {
	case a.status >= 300 && a.status < 400:
		return r.redirect(a)
	case strings.Contains(string(a.body), "HTTP request to an HTTPS server"), strings.Contains(string(a.body), "plain HTTP request was sent to HTTPS port"):
		return "the server wants HTTPS", "give identity providers https" + strings.TrimPrefix(r.base.String(), "http")
	case a.header.Get("X-Amz-Cf-Id") != "" && page:
		return fmt.Sprintf("CloudFront answers %d (%s)", a.status, title), "the person who runs CloudFront and AWS WAF must let these requests pass to the service"
	case a.status == http.StatusForbidden && (message == "Forbidden" || aws && strings.Contains(message, "not authorized")):
		return "API Gateway or AWS WAF answers 403: " + message, "the person who runs AWS WAF must allow the address of this machine and of the identity provider; if there is no WAF, the operator must look at the resource policy of the API"
	case message == "Missing Authentication Token":
		return fmt.Sprintf("API Gateway answers %d: it has no such path", a.status), "correct the base URL: the stack prints it as BaseURL; a REST API has its stage in the path"
	case a.status == http.StatusNotFound && message == "Not Found":
		return "API Gateway answers 404: it has no such route", "correct the base URL: the stack prints it as BaseURL"
	case a.status == http.StatusTooManyRequests:
		return "the requests are limited (429)", "wait a minute; if it stays, the operator must look at the throttling of the gateway and at AWS WAF"
	case a.status >= 500 && (message != "" || aws):
		return fmt.Sprintf("API Gateway answers %d: %s", a.status, message), "the operator must look at the log of the function: aws logs tail --since 10m /aws/lambda/FUNCTION; it failed, took too long, or may not be invoked"
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		return fmt.Sprintf("a proxy answers %d %s", a.status, title), "the operator must start the service, and look at the address to which the proxy sends requests"
	case page:
		return fmt.Sprintf("a web page answers with status %d: %q", a.status, title), "correct the base URL, or the operator must send its path to the service, without a login page before it"
	case a.status >= 500:
		return fmt.Sprintf("status %d, not in the form of SCIM: %s", a.status, line(string(a.body))), "the operator must look at the log of the service"
	}
	return fmt.Sprintf("status %d with %s, not SCIM: %s", a.status, orNothing(a.mediaType()), line(string(a.body))), "correct the base URL: another program answers there"
}

func orNothing(s string) string {
	if s == "" {
		return "no Content-Type"
	}
	return s
}

// redirect says where a redirect leads. Clients of SCIM lose the token, or the body, when they follow one.
func (r *run) redirect(a *answer) (found, todo string) {
	to := line(a.header.Get("Location"))
	target, err := r.base.Parse(to)
	if err != nil || to == "" {
		return fmt.Sprintf("status %d, a redirect without a URL", a.status), "the operator must serve the API without a redirect"
	}
	better := *target
	better.RawQuery, better.Fragment, better.User = "", "", nil
	better.Path = strings.TrimSuffix(strings.TrimRight(better.Path, "/"), "/ServiceProviderConfig")
	found = fmt.Sprintf("status %d, a redirect to %s", a.status, target.Redacted())
	if strings.HasSuffix(better.Path, prefix+"/"+r.tenant) {
		return found, "give identity providers " + better.String() + ": they lose the token in a redirect"
	}
	return found, "the operator must serve the API without a redirect, and without a login page before it"
}
