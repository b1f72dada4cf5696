package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
)

// devAdmin is the administration of `scimstack dev --admin`. Its operator token is made at the start, and ends after a day.
type devAdmin struct {
	beside
	token   string
	builder *admin.Builder // of indexes; nil: the store has a way of its own
}

// parts returns what to serve, and adds the administration to the configuration if it is asked for.
func (a *devAdmin) parts(ctx context.Context, o devOptions, s *devStore, c *scimstack.Config, log *slog.Logger) ([]scimstack.Part, error) {
	parts := []scimstack.Part{scimstack.All()}
	a.builder = s.building(admin.BuilderOptions{Settle: o.settle, Changed: a.changed, Logger: log})
	if !o.admin {
		return parts, nil
	}
	service := s.admin(log, &a.beside)
	made, err := service.CreateOperator(ctx, admin.OperatorInput{Name: "scimstack dev", Expires: "1d"})
	if err != nil {
		return nil, fmt.Errorf("--admin: %w", err)
	}
	a.token = made.Secret
	c.Admin = adminhttp.New(service, adminhttp.Options{Operators: s.operators, Logger: log})
	return append(parts, scimstack.Admin()), nil
}

// print prints how to reach the administration.
func (a *devAdmin) print(out io.Writer, url string) {
	if a.token != "" {
		fmt.Fprintf(out, "admin     %s%s\noperator  %s\ntry       %s=%s scimstack tenant list --server %s\n\n", url, adminhttp.Prefix, a.token, envOperator, a.token, url)
	}
}
