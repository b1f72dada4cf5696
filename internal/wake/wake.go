package wake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Environment variables.
const (
	EnvQueue = "SCIMSTACK_WAKE_QUEUE" // URL of the queue; without it no function is woken
	EnvSQS   = "AWS_ENDPOINT_URL_SQS" // optional: instead of the region's, for an emulator
)

// Message says what to look at.
type Message struct {
	Tenants []string `json:"tenants,omitempty"` // that have new facts
	All     bool     `json:"all,omitempty"`     // look at all tenants
	Try     int      `json:"try,omitempty"`     // how often something was to be tried later
}

// Longest is the longest delay of a message.
const Longest = 15 * time.Minute

// mostTenants bounds a message, which may have 256 KB. More are all of them.
const mostTenants = 2000

// Queue sends messages. It is safe for concurrent use.
type Queue struct {
	client *sqs.Client
	url    string
}

// FromEnv returns the queue of a function; nil if the environment names none.
func FromEnv(getenv func(string) string) (*Queue, error) {
	url := getenv(EnvQueue)
	if url == "" {
		return nil, nil
	}
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return nil, fmt.Errorf("%s must be the URL of a queue (%q)", EnvQueue, url)
	}
	env, err := dynamo.OptionsFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	o := sqs.Options{
		Region: env.Region, Credentials: env.Credentials, HTTPClient: &http.Client{Timeout: 3 * time.Second},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 200 * time.Millisecond }),
	}
	if endpoint := getenv(EnvSQS); endpoint != "" {
		o.BaseEndpoint = aws.String(strings.TrimSuffix(endpoint, "/"))
	}
	return &Queue{sqs.New(o), url}, nil
}

// Send sends a message that arrives after a delay, of at most Longest.
func (q *Queue) Send(ctx context.Context, m Message, delay time.Duration) error {
	if len(m.Tenants) > mostTenants {
		m.Tenants, m.All = nil, true
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	delay = min(max(delay, 0), Longest)
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: aws.String(string(body)), DelaySeconds: int32((delay + time.Second - 1) / time.Second),
	})
	return err
}

// Facts says that tenants have new facts.
func (q *Queue) Facts(ctx context.Context, tenants []scim.TenantID) error {
	m := Message{}
	for _, t := range tenants {
		m.Tenants = append(m.Tenants, t.String())
	}
	return q.Send(ctx, m, 0)
}
