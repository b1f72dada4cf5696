package function

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestConnect: the start opens a connection that the first request uses, without a request that needs a
// right.
func TestConnect(t *testing.T) {
	t.Parallel()
	var seen []string
	connections := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+r.Header.Get("Authorization")+r.Header.Get("X-Amz-Target"))
		connections[r.RemoteAddr] = true
	}))
	defer server.Close()
	c := Config{Client: dynamo.NewClient(dynamo.ClientOptions{Region: "eu-central-1", Endpoint: server.URL, Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"})})}
	for range 2 {
		if err := c.connect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || seen[0] != "GET" || len(connections) != 1 {
		t.Errorf("%q on %d connections", seen, len(connections))
	}
}
