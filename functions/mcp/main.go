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
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
)

func main() { function.Main(handler) }

func handler(c function.Config) (lambda.Handler, error) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.Level}))
	h, err := agents.Handler(app.Config{
		Store:    dynamo.New(c.Client, dynamo.Options{Table: c.Table, Log: log}),
		Resolver: dynamo.NewTenants(c.Client, c.Table, nil), PublicBase: c.PublicBase,
		Log: dynamolog.New(c.Client, dynamolog.Options{Table: c.Table}),
	}, agents.Options{Plans: dynamoplans.New(c.Client, c.Table), Log: log})
	if err != nil {
		return nil, err
	}
	return lambdahttp.New(agents.Mount(h, http.NotFoundHandler()), lambdahttp.Options{BasePath: c.BasePath, Log: log}), nil
}
