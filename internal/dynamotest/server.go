package dynamotest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
)

// TB is the part of testing.TB that Start uses. A program with an engine thus does not link the
// testing package.
type TB interface {
	Helper()
	Cleanup(func())
	Fatal(...any)
}

// Start serves a new engine on a free port of the loopback interface until the test ends. It
// returns the engine and a client for it.
func Start(t TB) (*Engine, *dynamodb.Client) {
	t.Helper()
	e := New()
	s, err := Listen("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return e, s.Client()
}

// Server is an engine that listens on a socket.
type Server struct {
	// URL is the endpoint, "http://127.0.0.1:40001".
	URL   string
	http  *http.Server
	pool  *http.Transport
	ended <-chan error
}

// Listen serves an engine (or a handler around one) on an address such as "127.0.0.1:0"
// until Close.
func Listen(addr string, h http.Handler) (*Server, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL:  "http://" + l.Addr().String(),
		http: &http.Server{Handler: h, ReadHeaderTimeout: 30 * time.Second},
		pool: &http.Transport{MaxIdleConnsPerHost: 128},
	}
	s.ended = async.Go(func() error { return s.http.Serve(l) })
	return s, nil
}

// Close stops the server, closes its connections and returns once it no longer accepts any. It
// panics if serving had already failed: no other code has the socket.
func (s *Server) Close() {
	s.pool.CloseIdleConnections()
	_ = s.http.Close()
	if err := <-s.ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		panic(err)
	}
}

// Client is a DynamoDB client for the server, with the SDK's own retries. All clients of a
// server share its connections.
func (s *Server) Client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials(),
		HTTPClient: &http.Client{Transport: s.pool},
	})
}

func credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "dynamotest", SecretAccessKey: "dynamotest"}, nil
	})
}
