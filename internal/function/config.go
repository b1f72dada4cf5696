package function

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Environment variables, in addition to those that Lambda sets.
const (
	EnvTable      = "SCIMSTACK_TABLE"
	EnvPublicBase = "SCIMSTACK_PUBLIC_BASE"   // https://scim.example.com/scim/v2
	EnvBasePath   = "SCIMSTACK_BASE_PATH"     // optional: a stage or mapping key that the gateway leaves in the path
	EnvLogLevel   = "SCIMSTACK_LOG_LEVEL"     // optional: debug, info, warn or error
	EnvActivity   = "SCIMSTACK_ACTIVITY"      // optional: what the provisioning log keeps: all (default), changes or off
	EnvDays       = "SCIMSTACK_ACTIVITY_DAYS" // optional: how long the provisioning log keeps a record; 30 by default
	EnvFeed       = "SCIMSTACK_FEED_DAYS"     // optional: how long the feed of changes keeps an entry; 30 by default, 0 keeps no feed
	EnvTenantRole = "SCIMSTACK_TENANT_ROLE"   // optional: ARN of the role whose sessions reach the items of one tenant
	EnvSTS        = "AWS_ENDPOINT_URL_STS"    // optional: instead of the region's STS, for an emulator
)

// Config is the configuration of a function.
type Config struct {
	Table      string
	PublicBase string // required by the HTTP functions
	BasePath   string
	Level      slog.Level
	Activity   string // all, changes or off
	Days       int    // that the provisioning log keeps a record; 0 for its default
	Feed       scim.Retention
	Client     *dynamodb.Client
	// Sessions says that the client's credentials are session.Sessions: the store and the log then use
	// the session of a tenant for its items.
	Sessions bool
	// Wake is called by the function of the stream with the tenants that have new facts; nil if no one waits for these.
	// An error is logged.
	Wake func(context.Context, []scim.TenantID) error
}

// Emulated reports whether the table is on this machine: then webhooks may be, too.
func (c Config) Emulated() bool {
	u, err := url.Parse(aws.ToString(c.Client.Options().BaseEndpoint))
	return err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
}

// Main runs a function until Lambda ends the process. An invalid configuration ends it immediately,
// with an error that names the variable.
func Main(handler func(Config) (lambda.Handler, error)) {
	c, err := FromEnv(os.Getenv)
	var h lambda.Handler
	if err == nil {
		h, err = handler(c)
	}
	if err != nil {
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("the function cannot start", "error", err)
		os.Exit(1)
	}
	async.Go(func() error { return c.connect(context.Background()) })
	lambda.Start(h)
}

// tableName matches the names that DynamoDB allows.
var tableName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// FromEnv reads the configuration from the environment. An error names the variable.
func FromEnv(getenv func(string) string) (Config, error) {
	c := Config{Table: getenv(EnvTable), PublicBase: strings.TrimSuffix(getenv(EnvPublicBase), "/"), BasePath: getenv(EnvBasePath)}
	if !tableName.MatchString(c.Table) {
		return c, fmt.Errorf("%s must be the name of the table (%q)", EnvTable, c.Table)
	}
	if level := getenv(EnvLogLevel); level != "" {
		if err := c.Level.UnmarshalText([]byte(level)); err != nil {
			return c, fmt.Errorf("%s must be debug, info, warn or error (%q)", EnvLogLevel, level)
		}
	}
	switch c.Activity = getenv(EnvActivity); c.Activity {
	case "":
		c.Activity = "all"
	case "all", "changes", "off":
	default:
		return c, fmt.Errorf("%s must be all, changes or off (%q)", EnvActivity, c.Activity)
	}
	if days := getenv(EnvDays); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 {
			return c, fmt.Errorf("%s must be a number of days (%q)", EnvDays, days)
		}
		c.Days = n
	}
	var err error
	if c.Feed, err = feedFrom(getenv(EnvFeed)); err != nil {
		return c, err
	}
	return c.withClient(getenv)
}

// feedFrom reads how long the feed keeps an entry.
func feedFrom(days string) (scim.Retention, error) {
	if days == "" {
		return scim.Retention{}, nil
	}
	n, err := strconv.Atoi(days)
	switch {
	case err != nil || n < 0:
		return scim.Retention{}, fmt.Errorf("%s must be a number of days, or 0 for no feed (%q)", EnvFeed, days)
	case n == 0:
		return scim.Retention{Age: -1}, nil
	}
	return scim.Retention{Age: time.Duration(n) * 24 * time.Hour}, nil
}

// withClient adds the client, with sessions if there is a role for them.
func (c Config) withClient(getenv func(string) string) (Config, error) {
	o, err := dynamo.OptionsFromEnv(getenv)
	if err != nil {
		return c, err
	}
	if role := getenv(EnvTenantRole); role != "" {
		if !strings.HasPrefix(role, "arn:") || !strings.Contains(role, ":role/") {
			return c, fmt.Errorf("%s must be the ARN of a role (%q)", EnvTenantRole, role)
		}
		o.Credentials = session.New(session.Options{Role: role, Region: o.Region, Own: o.Credentials, Endpoint: strings.TrimSuffix(getenv(EnvSTS), "/")})
		c.Sessions = true
	}
	c.Client = dynamo.NewClient(o)
	return c, nil
}

// connect opens the first connection to DynamoDB while Lambda still starts the function, so that the
// first request does not wait for DNS and TLS. It asks for the health page of the endpoint: that is no
// action of IAM, needs no signature and leaves nothing in CloudTrail. The answer does not matter.
func (c Config) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	o := c.Client.Options()
	at, err := o.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{Region: &o.Region, Endpoint: o.BaseEndpoint})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URI.String(), nil)
	if err != nil {
		return err
	}
	res, err := o.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 4096)) // a connection is kept once its answer was read
	return errors.Join(err, res.Body.Close())
}
