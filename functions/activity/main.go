// Command activity is the Lambda function of /activity. It serves the provisioning log, read-only.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) {
		h := app.LogHandler(app.Config{Store: c.Store(nil), Resolver: c.Tenants(), Log: c.Log()})
		log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.Level}))
		return lambdahttp.New(h, lambdahttp.Options{BasePath: c.BasePath, Log: log}), nil
	})
}
