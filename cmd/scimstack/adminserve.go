package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
)

// adminServe says whether and where `scimstack serve` serves the administration.
type adminServe struct {
	mode   string // auto, on or off
	listen string // an address of its own, or ""

	handler      http.Handler // nil: it is not served
	certificates *tls.Config  // nil: plain HTTP
	own          *place       // where it listens alone; nil: beside SCIM, or nowhere

	beside
}

func (a *adminServe) add(f *pflag.FlagSet) {
	f.StringVar(&a.mode, "admin", "auto", "serve "+adminhttp.Prefix+" to operator tokens: auto (if there is an operator token at the start), on or off")
	f.StringVar(&a.listen, "admin-listen", "", "address for "+adminhttp.Prefix+" alone, such as 127.0.0.1:8081, instead of beside SCIM")
}

// parts returns the parts to serve beside SCIM, and adds the administration to the configuration.
func (a *adminServe) parts(ctx context.Context, b *backend, c *scimstack.Config, log *slog.Logger) ([]scimstack.Part, error) {
	parts := []scimstack.Part{scimstack.All()}
	on := a.mode == "on" || a.listen != "" && a.mode != "off"
	if a.mode == "auto" && !on {
		list, err := b.operators.Operators(ctx)
		if err != nil {
			return nil, explain(err)
		}
		on = len(list) > 0
	}
	if !on {
		return parts, nil
	}
	a.handler = adminhttp.New(b.administration(log, &a.beside), adminhttp.Options{Operators: b.operators, Logger: log})
	if a.listen == "" {
		c.Admin = a.handler
		parts = append(parts, scimstack.Admin())
	}
	return parts, nil
}

// open opens the address of its own, before the service says that it is ready. The caller must call close.
func (a *adminServe) open(ctx context.Context) (err error) {
	if a.handler == nil || a.listen == "" {
		return nil
	}
	if a.own, err = listen(ctx, "--admin-listen", a.listen); err == nil {
		a.own.secure(a.certificates)
	}
	return err
}

func (a *adminServe) close() {
	if a.own != nil {
		_ = a.own.listener.Close()
	}
}

// serve serves SCIM at one place and, if it has an address of its own, the administration at another one.
func (a *adminServe) serve(ctx context.Context, out io.Writer, at *place, server *http.Server) error {
	switch {
	case a.handler == nil:
		return serve(ctx, server, at.listener)
	case a.listen == "":
		fmt.Fprintf(out, "admin     %s%s\n", at.url, adminhttp.Prefix)
		return serve(ctx, server, at.listener)
	}
	a.own.announce(out)
	fmt.Fprintf(out, "admin     %s%s\n", a.own.url, adminhttp.Prefix)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	beside := async.Go(func() error {
		defer stop()
		return serve(ctx, newServer(a.handler, server.ErrorLog), a.own.listener)
	})
	err := serve(ctx, server, at.listener)
	stop()
	return errors.Join(err, <-beside)
}
