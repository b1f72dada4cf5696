package adminclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
)

// maxAnswer limits an answer, in bytes.
const maxAnswer = 64 << 20

// Options of New.
type Options struct {
	// Token is an operator token; "" if Sign is set.
	Token string
	// Sign signs each request, for instance with SigV4. nil: Token is sent.
	Sign func(r *http.Request, body []byte) error
	// HTTP sends the requests; nil is a client with a timeout of a minute that follows no redirects.
	HTTP *http.Client
}

// Client is an admin.API over HTTP. It is safe for concurrent use.
type Client struct {
	base string
	o    Options
}

var _ admin.API = (*Client)(nil)

// New returns a Client of the service at a URL, with or without /admin/v1.
func New(base string, o Options) (*Client, error) {
	base = strings.TrimSuffix(base, "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("%q is not the URL of a service; write it as https://scim.example.com", base)
	}
	if !strings.HasSuffix(base, prefix) {
		base += prefix
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Client{base: base, o: o}, nil
}

const prefix = "/admin/v1"

// call is one request.
type call struct {
	method, path string
	query        url.Values
	version      string // of If-Match, or ""
	makes        bool   // takes an idempotency key
	body         any
}

// at joins the parts of a path.
func at(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// ifMatch is the header for a version; 0 is any.
func ifMatch(version int64) string {
	if version == 0 {
		return "*"
	}
	return strconv.Quote(strconv.FormatInt(version, 10))
}

// do sends a request and reads its answer into a T.
func do[T any](ctx context.Context, c *Client, in call) (*T, error) {
	var out T
	return &out, c.send(ctx, in, &out)
}

// none is the answer of a request without one.
type none struct{}

func (c *Client) send(ctx context.Context, in call, out any) error {
	req, err := c.request(ctx, in)
	if err != nil {
		return err
	}
	res, err := c.o.HTTP.Do(req)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return c.failed(res, body)
	}
	if _, nothing := out.(*none); nothing || res.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return c.stranger("it answers something else than JSON")
	}
	return nil
}

func (c *Client) request(ctx context.Context, in call) (*http.Request, error) {
	var body []byte
	if in.body != nil {
		var err error
		if body, err = json.Marshal(in.body); err != nil {
			return nil, err
		}
	}
	target := c.base + in.path
	if len(in.query) > 0 {
		target += "?" + in.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, in.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if in.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if in.version != "" {
		req.Header.Set("If-Match", in.version)
	}
	if in.makes {
		key := admin.IdempotencyKey(ctx)
		if key == "" {
			key = rand.Text() // the transport may repeat the request
		}
		req.Header.Set("Idempotency-Key", key)
	}
	if c.o.Sign != nil {
		return req, c.o.Sign(req, body)
	}
	req.Header.Set("Authorization", "Bearer "+c.o.Token)
	return req, nil
}

// failed is the error of an answer.
func (c *Client) failed(res *http.Response, body []byte) error {
	var p struct {
		Type   string          `json:"type"`
		Errors []admin.Problem `json:"errors"`
	}
	kind, ok := "", false
	if json.Unmarshal(body, &p) == nil {
		kind, ok = strings.CutPrefix(p.Type, "urn:scimstack:admin:")
	}
	if ok && len(p.Errors) > 0 {
		return &admin.Error{Kind: admin.Kind(kind), Problems: p.Errors}
	}
	return c.foreign(res)
}

func (c *Client) stranger(reason string) error {
	return &admin.Error{Kind: admin.Internal, Problems: []admin.Problem{{Field: "server", Reason: reason, Remedy: "check the URL " + c.base}}}
}

// unreachable is the error of a server that does not answer.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // without the URL, which is in the text already
	}
	remedy := "start the server, or correct the URL"
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		remedy = "correct the URL, or let this machine trust the authority of the certificate (on Linux: SSL_CERT_FILE=FILE)"
	}
	return &admin.Error{Kind: admin.Busy, Problems: []admin.Problem{{Field: "server", Reason: fmt.Sprintf("cannot reach %s: %v", c.base, err), Remedy: remedy}}, Cause: err}
}
