// Command activity is the Lambda function of /activity. It serves the provisioning log, read-only.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) {
		h := app.LogHandler(app.Config{
			Store:    dynamo.New(c.Client, dynamo.Options{Table: c.Table}),
			Resolver: dynamo.NewTenants(c.Client, c.Table, time.Now), Log: dynamolog.New(c.Client, dynamolog.Options{Table: c.Table}),
		})
		log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.Level}))
		return lambdahttp.New(h, lambdahttp.Options{BasePath: c.BasePath, Log: log}), nil
	})
}
