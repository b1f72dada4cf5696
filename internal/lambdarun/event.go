package lambdarun

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// sent is what the gateway knows of a request beside the request itself.
type sent struct {
	id     string
	body   []byte
	now    time.Time
	caller *events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription // nil: the route has no authorization
}

// eventOf returns the event of payload 2.0 that an HTTP API creates: the path decoded and cut at a
// decoded question mark, the query as it was sent, header names in lower case.
func eventOf(r *http.Request, in sent) ([]byte, error) {
	path := rawPath(r)
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host, "x-forwarded-for": source, "x-forwarded-proto": "http"},
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			e.Cookies = strings.Split(strings.Join(values, "; "), "; ")
			continue
		}
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	c := &e.RequestContext
	c.RouteKey, c.Stage, c.RequestID, c.APIID, c.AccountID = e.RouteKey, "$default", in.id, "local", "000000000000"
	c.DomainName, c.TimeEpoch, c.Time = "localhost", in.now.UnixMilli(), in.now.UTC().Format("02/Jan/2006:15:04:05 -0700")
	c.HTTP = events.APIGatewayV2HTTPRequestContextHTTPDescription{
		Method: r.Method, Path: path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
	}
	if in.caller != nil {
		c.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{IAM: in.caller}
	}
	if e.Body = string(in.body); !isText(r.Header.Get("Content-Type")) && len(in.body) > 0 || !utf8.Valid(in.body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(in.body), true
	}
	return json.Marshal(e)
}

func rawPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.URL.Path, "?")
	return path
}

// isText reports whether an HTTP API passes a body of this type on as text. It encodes all others in
// base64, application/scim+json among them.
func isText(contentType string) bool {
	name, _, _ := mime.ParseMediaType(contentType)
	switch name {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(name, "text/")
}

// writeResponse writes the response of a function as an HTTP response. A response that an HTTP API
// cannot read is an error, and nothing is written.
func writeResponse(w http.ResponseWriter, raw []byte) error {
	var a events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	body := []byte(a.Body)
	if a.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(a.Body); err != nil {
			return err
		}
	}
	head := w.Header()
	for k, v := range a.Headers {
		head.Set(k, v)
	}
	for _, c := range a.Cookies {
		head.Add("Set-Cookie", c)
	}
	if a.StatusCode == 0 {
		a.StatusCode = http.StatusOK
	}
	w.WriteHeader(a.StatusCode)
	_, _ = w.Write(body) // fails for HEAD, and for a client that has hung up
	return nil
}
