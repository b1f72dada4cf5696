package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// front gives a deployed API a host of its own, as API Gateway does: requests are passed to a stage in the emulator,
// with path and query as they are.
type front struct {
	base   string // before the path of SCIM
	server *http.Server
}

func newFront(ctx context.Context, emulator, api, stage string) (*front, error) {
	to, err := url.Parse(emulator)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	prefix := "/_aws/execute-api/" + api + "/" + stage
	f := &front{base: "http://" + l.Addr().String(), server: &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConnsPerHost: 16}, ErrorLog: log.New(io.Discard, "", 0), // the client reports what fails
		Rewrite: func(r *httputil.ProxyRequest) {
			out := *to
			out.Path, out.RawQuery = prefix+r.In.URL.Path, r.In.URL.RawQuery
			if r.In.URL.RawPath != "" {
				out.RawPath = prefix + r.In.URL.RawPath
			}
			r.Out.URL, r.Out.Host = &out, ""
		},
	}}}
	async.Go(func() error {
		if err := f.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return f, nil
}

func (f *front) close() { _ = f.server.Close() }
