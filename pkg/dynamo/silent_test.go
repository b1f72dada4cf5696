package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/still"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestSilentConnection: a call whose connection stays silent is tried again, once, while the request still has most of its
// time.
func TestSilentConnection(t *testing.T) {
	t.Parallel()
	engine := dynamotest.New()
	var calls atomic.Int64
	server, err := dynamotest.Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") == "DynamoDB_20120810.GetItem" && calls.Add(1) == 1 {
			<-r.Context().Done() // until the client gives up
			return
		}
		engine.ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client := dynamo.NewClient(dynamo.ClientOptions{
		Region: "us-east-1", Endpoint: server.URL, Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}),
	})
	if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
		t.Fatal(err)
	}
	store := dynamo.New(client, dynamo.Options{Table: "scim"})
	still.Steady(t, func() error {
		calls.Store(0)
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		_, err := store.Get(ctx, id(t, "acme"), "User", "a")
		if n := calls.Load(); !errors.Is(err, scim.ErrNotFound) || n != 2 {
			return fmt.Errorf("after a silent connection: %w (%d calls)", err, n)
		}
		return nil
	})
}
