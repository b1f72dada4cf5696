package function

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// HTTP returns parts of a service for API Gateway. What own leaves out comes from the environment. It
// writes its log and metrics to out, one line of JSON per request.
func (c Config) HTTP(out io.Writer, own scimstack.Config, parts ...scimstack.Part) (lambda.Handler, error) {
	log := newRequestLog(out, c.Level)
	if own.Logger == nil {
		own.Logger = log.log
	}
	service, err := scimstack.Assemble(c.complete(own, log), parts...)
	if wrong := (*scimstack.ConfigError)(nil); errors.As(err, &wrong) && wrong.Field == "PublicBase" && own.PublicBase == "" {
		return nil, fmt.Errorf("%s must be the URL before the tenant, such as https://scim.example.com/scim/v2: %w", EnvPublicBase, err)
	}
	if err != nil {
		return nil, err
	}
	return lambdahttp.New(metered(service), lambdahttp.Options{BasePath: c.BasePath, Log: own.Logger}), nil
}

// flushFor limits the time that the provisioning log adds to a request.
const flushFor = 200 * time.Millisecond

// Placed is a scimstack.Agents that keeps its plans in the table.
type Placed interface {
	On(c Config) scimstack.Agents
}

// PlacedHandler is a handler that works on the table.
type PlacedHandler interface {
	OnTable(c Config, log *slog.Logger) http.Handler
}

// complete fills what a configuration leaves out.
func (c Config) complete(own scimstack.Config, log *requestLog) scimstack.Config {
	if own.Store == nil && own.Provider == nil {
		own.Store = c.Store(own.Logger)
	}
	if own.Tenants == nil {
		own.Tenants = c.Tenants()
	}
	if own.PublicBase == "" {
		own.PublicBase = c.PublicBase
	}
	if own.Prefix == "" {
		own.Prefix = scimstack.Prefix // the path of PublicBase also has what the gateway takes away
	}
	if own.MaxAnswer == 0 && own.Provider == nil {
		own.MaxAnswer = lambdahttp.MaxPayload / 4 * 3 // escaping in the event takes the rest
	}
	if placed, ok := own.Agents.(Placed); ok {
		own.Agents = placed.On(c)
	}
	if placed, ok := own.Admin.(PlacedHandler); ok {
		own.Admin = placed.OnTable(c, own.Logger)
	}
	own.Observe, own.ObserveCauses = observer(own.Observe, log), true
	return c.withLog(own)
}

// withLog adds the provisioning log of the table.
func (c Config) withLog(own scimstack.Config) scimstack.Config {
	if own.Log == nil && own.Recorder == nil {
		own.Log = c.Log()
		own.NoLog = own.NoLog || c.Activity == "off"
		own.SkipReads = !own.NoLog && (own.SkipReads || c.Activity == "changes")
	}
	if own.FlushFor == 0 {
		own.FlushFor = flushFor
	}
	return own
}

// observer writes a line for each request, and calls the observer of the configuration, if it has one.
func observer(own func(*http.Request, *scim.Record), log *requestLog) func(*http.Request, *scim.Record) {
	return func(r *http.Request, rec *scim.Record) {
		if own != nil {
			own(r, rec)
		}
		log.write(r.Context(), rec, usageOf(r.Context()))
	}
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
