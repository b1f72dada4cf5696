package dynamo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// ClientOptions say how to reach DynamoDB. Region and Credentials are required.
type ClientOptions struct {
	Region      string
	Endpoint    string // of another endpoint than the region's, e.g. http://127.0.0.1:8000
	Credentials aws.CredentialsProvider
	HTTPClient  dynamodb.HTTPClient // one with connections that are kept by default
}

// NewClient makes a client with the meter built in, few and quick retries of its own (the
// Store adds some), and without the SDK's config package, which costs a Lambda half its start.
func NewClient(o ClientOptions) *dynamodb.Client {
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Transport: transport()}
	}
	d := dynamodb.Options{
		Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient,
		Retryer: awsretry.NewStandard(func(r *awsretry.StandardOptions) {
			r.MaxAttempts, r.MaxBackoff = 3, 200*time.Millisecond
		}),
	}
	if o.Endpoint != "" {
		d.BaseEndpoint = aws.String(o.Endpoint)
	}
	return dynamodb.New(d, Metered)
}

// transport keeps as many connections as a staged write uses at once.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 3 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
		MaxIdleConns: 256, MaxIdleConnsPerHost: 128, IdleConnTimeout: 90 * time.Second,
		ForceAttemptHTTP2: false,
	}
}

// ClientFromEnv makes a client from the variables that AWS Lambda sets: AWS_REGION,
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. AWS_ENDPOINT_URL_DYNAMODB names
// another endpoint; on the loopback interface it needs no credentials. The error names the
// variable that is missing.
func ClientFromEnv(getenv func(string) string) (*dynamodb.Client, error) {
	o := ClientOptions{Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL_DYNAMODB")}
	if o.Region == "" {
		o.Region = getenv("AWS_DEFAULT_REGION")
	}
	keys := aws.Credentials{AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: getenv("AWS_SESSION_TOKEN")}
	if isLoopback(o.Endpoint) {
		if keys.AccessKeyID == "" {
			keys = aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}
		}
		if o.Region == "" {
			o.Region = "us-east-1"
		}
	}
	switch {
	case o.Region == "":
		return nil, errors.New("AWS_REGION is not set")
	case keys.AccessKeyID == "":
		return nil, errors.New("AWS_ACCESS_KEY_ID is not set")
	case keys.SecretAccessKey == "":
		return nil, errors.New("AWS_SECRET_ACCESS_KEY is not set")
	}
	o.Credentials = Static(keys)
	return NewClient(o), nil
}

// Static provides one pair of keys for ever: the life of a Lambda environment is shorter than
// that of its credentials.
func Static(keys aws.Credentials) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
