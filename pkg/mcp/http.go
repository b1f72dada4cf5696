package mcp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/fault"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Path is where the HTTP service is mounted.
const Path = "/mcp"

// maxMessage bounds the body of one request over HTTP.
const maxMessage = 1 << 20

// HTTPOptions configure NewHandler. Authenticator is required.
type HTTPOptions struct {
	Authenticator scim.Authenticator
	// Admit is called before any work, if set. With ok false the request is answered with 429 and
	// wait as Retry-After.
	Admit func(t *scim.Tenant) (wait time.Duration, ok bool)
	// Origins are the web origins, scheme included, whose pages may call the service besides its
	// own. By default pages of other origins may not.
	Origins []string
}

type serverKey struct{}

// NewHandler serves a Service over streamable HTTP without sessions. Every POST is answered by one
// JSON document, so the handler runs behind any gateway and in a Lambda function. The credential
// is a token of the tenant, read as for SCIM (httpapi.Authenticate); without a valid one the
// answer is 401, and for one without any permission 403. A JSON-RPC batch is answered with 400.
// Requests of other web origins, and requests to a loopback address under another
// host name, are answered with 403. NewHandler fails if an origin is malformed. The handler is safe
// for concurrent use.
func NewHandler(s *Service, o HTTPOptions) (http.Handler, error) {
	origins := http.NewCrossOriginProtection()
	for _, origin := range o.Origins {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	serve := sdk.NewStreamableHTTPHandler(func(r *http.Request) *sdk.Server {
		server, _ := r.Context().Value(serverKey{}).(*sdk.Server)
		return server
	}, &sdk.StreamableHTTPOptions{Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxMessage})
	return origins.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		who, err := fault.Guarded(func() (*Caller, error) { return admit(r, o) })
		if err == nil && isBatch(r) {
			err = failf(400, "invalid", "JSON-RPC batches are not part of the protocol; send one message in each request")
		}
		if err != nil {
			refuse(w, err, s.failed(r.Context(), err))
			return
		}
		serve.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), serverKey{}, s.Server(*who))))
	})), nil
}

// admit identifies the caller. The tenant comes from the token; no part of the URL names it.
func admit(r *http.Request, o HTTPOptions) (*Caller, error) {
	p, t, err := httpapi.Authenticate(r, o.Authenticator, "")
	if err != nil {
		return nil, err
	}
	if o.Admit != nil {
		if wait, ok := o.Admit(t); !ok {
			return nil, tooFast(wait)
		}
	}
	if err := t.Serves(); err != nil {
		return nil, paused(err)
	}
	who := &Caller{Principal: p, Tenant: t}
	return who, who.granted()
}

// isBatch reports whether the body of a request is a JSON array. A batch is one request to every
// limit before the protocol, but many calls: it left the protocol with version 2025-06-18.
func isBatch(r *http.Request) bool {
	if r.Body == nil {
		return false
	}
	body := bufio.NewReader(r.Body)
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	for range maxMessage {
		switch c, err := body.ReadByte(); {
		case err != nil:
			return false
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			_ = body.UnreadByte() // the last byte that was read
			return c == '['
		}
	}
	return false
}

// refuse answers a request that is not admitted. MCP clients look at the status only.
func refuse(w http.ResponseWriter, err error, f *failure) {
	if errors.Is(err, scim.ErrUnauthenticated) {
		f.Detail = "missing or invalid credential; send a token of the tenant as Authorization: Bearer"
		w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	if f.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfterSeconds))
	}
	text := f.Code + ": " + f.Detail
	if f.ErrorID != "" {
		text += " (error id " + f.ErrorID + ")"
	}
	http.Error(w, text, f.Status)
}
