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
	Endpoint    string // instead of the region's, for example http://127.0.0.1:8000
	Credentials aws.CredentialsProvider
	HTTPClient  dynamodb.HTTPClient // by default one that keeps its connections
}

// NewClient returns a client that WithMeter can measure. Its own retries are few and quick,
// because the Store adds some. It does without the SDK's config package, which takes half of the
// start of a Lambda function.
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

// transport keeps as many connections as staged writes use at the same time. DynamoDB answers within
// milliseconds. A connection that is silent for two seconds is given up, so that the next try, on
// another connection, still has most of the request's time.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 3 * time.Second, ResponseHeaderTimeout: 2 * time.Second,
		MaxIdleConns: 256, MaxIdleConnsPerHost: 128, IdleConnTimeout: 90 * time.Second,
		ForceAttemptHTTP2: false,
	}
}

// ClientFromEnv returns a client with the options of OptionsFromEnv.
func ClientFromEnv(getenv func(string) string) (*dynamodb.Client, error) {
	o, err := OptionsFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	return NewClient(o), nil
}

// OptionsFromEnv returns the settings that AWS Lambda puts into the environment: AWS_REGION,
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. AWS_ENDPOINT_URL_DYNAMODB names
// another endpoint; one on the loopback interface needs no credentials and no region. If a variable
// is missing, the error names it.
func OptionsFromEnv(getenv func(string) string) (ClientOptions, error) {
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
		return o, errors.New("AWS_REGION is not set")
	case keys.AccessKeyID == "":
		return o, errors.New("AWS_ACCESS_KEY_ID is not set")
	case keys.SecretAccessKey == "":
		return o, errors.New("AWS_SECRET_ACCESS_KEY is not set")
	}
	o.Credentials = Static(keys)
	return o, nil
}

// Static provides credentials that never change. They outlive the execution environment of a
// Lambda function.
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
