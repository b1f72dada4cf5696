// Command mcp is the Lambda function of /mcp, the Model Context Protocol endpoint for AI agents.
package main

import (
	"log/slog"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/agents"
	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/session/plans"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
)

func main() { function.Main(handler) }

func handler(c function.Config) (lambda.Handler, error) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.Level}))
	h, err := agents.Handler(app.Config{
		Store: c.Store(log), Resolver: c.Tenants(), PublicBase: c.PublicBase, Log: c.Log(),
	}, agents.Options{Plans: plansOf(c), Log: log})
	if err != nil {
		return nil, err
	}
	return lambdahttp.New(agents.Mount(h, http.NotFoundHandler()), lambdahttp.Options{BasePath: c.BasePath, Log: log}), nil
}

// plansOf returns the plans of the function.
func plansOf(c function.Config) mcp.Plans {
	p := dynamoplans.New(c.Client, c.Table)
	if c.Sessions {
		return plans.New(p)
	}
	return p
}
