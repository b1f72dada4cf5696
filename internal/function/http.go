package function

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// HTTP returns the service for API Gateway, restricted to the endpoints in only; without any, it has
// all of them. It writes its log and metrics to out, one line of JSON per request.
func (c Config) HTTP(out io.Writer, only ...string) (lambda.Handler, error) {
	if err := c.needPublicBase(); err != nil {
		return nil, err
	}
	log := newRequestLog(out, c.Level)
	recorder := c.recorder(log.log)
	h, err := app.Handler(app.Config{
		Store:    dynamo.New(c.Client, dynamo.Options{Table: c.Table}),
		Resolver: dynamo.NewTenants(c.Client, c.Table, time.Now), PublicBase: c.PublicBase, Only: only,
		Activity: recorder, MaxAnswer: lambdahttp.MaxPayload / 4 * 3, // escaping in the event takes the rest
		Observe: func(r *http.Request, rec *scim.Record) { log.write(r.Context(), rec, usageOf(r.Context())) },
	})
	if err != nil {
		return nil, err
	}
	if recorder != nil {
		h = recorder.Flushing(h, flushFor)
	}
	return lambdahttp.New(metered(h), lambdahttp.Options{BasePath: c.BasePath, Log: log.log}), nil
}

// flushFor limits the time that the provisioning log adds to a request.
const flushFor = 200 * time.Millisecond

// recorder returns a Recorder that writes the provisioning log into the table; nil if it is off.
func (c Config) recorder(log *slog.Logger) *activity.Recorder {
	if c.Activity == "off" {
		return nil
	}
	return activity.NewRecorder(dynamolog.New(c.Client, dynamolog.Options{Table: c.Table, Keep: time.Duration(c.Days) * 24 * time.Hour}),
		activity.Options{Logger: log, SkipReads: c.Activity == "changes"})
}

type meterKey struct{}

// metered counts the DynamoDB calls and units of each request.
func metered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, meter := dynamo.WithMeter(r.Context())
		h.ServeHTTP(w, r.WithContext(context.WithValue(ctx, meterKey{}, meter)))
	})
}

// usageOf returns what a request has used so far.
func usageOf(ctx context.Context) dynamo.Usage {
	if m, ok := ctx.Value(meterKey{}).(*dynamo.Meter); ok {
		return m.Usage()
	}
	return dynamo.Usage{}
}
