package lambdahttp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Malformed requests, which the proxy would answer with a function error.
var (
	errMethod = errors.New("the HTTP method is not valid")
	errBase64 = errors.New("the body is not valid base64")
)

// prepare makes an event safe for the proxy. It returns why the event is not a valid request; the event is then one
// that the proxy accepts all the same.
func (e *event) prepare(base string) error {
	method := &e.HTTPMethod
	if e.kind == httpAPI {
		method = &e.RequestContext.HTTP.Method
		path := e.RawPath
		if path == "" {
			path = e.RequestContext.HTTP.Path
		}
		e.RawPath = escapeDecoded(stripBase(path, base))
		e.RawQueryString = escapeQuery(e.RawQueryString)
	} else {
		e.Path = escapeEncoded(stripBase(e.Path, base))
	}
	e.RequestContext.DomainName = safeHost(e.RequestContext.DomainName)
	return errors.Join(checkMethod(method), e.decodeBody())
}

// cleanBase returns a base path with a leading slash and without a trailing one.
func cleanBase(base string) string {
	if base = strings.Trim(base, "/ "); base == "" {
		return ""
	}
	return "/" + base
}

// stripBase removes a base path, in whole segments only.
func stripBase(path, base string) string {
	if rest, ok := strings.CutPrefix(path, base); ok && base != "" && (rest == "" || rest[0] == '/') {
		return rest
	}
	return path
}

// escapeDecoded escapes the path of an HTTP API, which arrives decoded.
func escapeDecoded(path string) string {
	return (&url.URL{Path: rooted(path)}).EscapedPath()
}

// escapeEncoded keeps the escapes in the path of a REST API, which arrives as it was sent, and escapes
// what is not allowed in a URL.
func escapeEncoded(path string) string {
	path = rooted(path)
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return escapeDecoded(path)
	}
	return (&url.URL{Path: decoded, RawPath: path}).EscapedPath()
}

// rooted returns a path with a leading slash.
func rooted(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

// escapeQuery escapes what would end the query or make the URL invalid.
func escapeQuery(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c == '#' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// safeHost replaces a host that does not parse. Nothing is derived from the host.
func safeHost(host string) string {
	for i := range len(host) {
		c := host[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return "localhost"
		}
	}
	if host == "" {
		return "localhost"
	}
	return host
}

// checkMethod replaces a method that is not valid (RFC 9110 §9.1).
func checkMethod(method *string) error {
	for i := range len(*method) {
		if c := (*method)[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			*method = "GET"
			return errMethod
		}
	}
	return nil
}

// decodeBody decodes a body that is marked as base64, and empties it if it is not.
func (e *event) decodeBody() error {
	if !e.IsBase64Encoded {
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(e.Body)
	e.Body, e.IsBase64Encoded = string(decoded), false
	if err != nil {
		e.Body = ""
		return errBase64
	}
	return nil
}
