package dynamotest

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Direct carries requests to an engine in the process, without a connection and without signatures: for a client with
// aws.AnonymousCredentials and any endpoint. A request that the engine drops or leaves hanging fails as one of a closed
// connection.
type Direct struct{ Engine *Engine }

// NewDirect returns a new engine and a client that calls it directly.
func NewDirect() (*Engine, *dynamodb.Client) {
	e := New()
	return e, Direct{e}.Client()
}

// Nowhere is an endpoint for clients of Direct, which look up no name.
const Nowhere = "http://engine.invalid"

// Anonymous are credentials for clients of Direct: nothing is signed with them.
func Anonymous() aws.CredentialsProvider { return aws.AnonymousCredentials{} }

// Client is a DynamoDB client for the engine, with the SDK's own retries. Its region is one that the SDK knows: for any
// other, it compiles regular expressions for each request, which take longer than the request.
func (d Direct) Client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(Nowhere), Credentials: Anonymous(), HTTPClient: &http.Client{Transport: d},
	})
}

var errClosed = errors.New("dynamotest: connection closed")

// RoundTrip implements http.RoundTripper.
func (d Direct) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http has it
			res, err = nil, errors.Join(errClosed, r.Context().Err())
		} else if p != nil {
			panic(p)
		}
	}()
	to := *r
	to.Header = r.Header.Clone()
	to.Header.Set("Authorization", "anonymous") // DynamoDB takes no request without
	w := &answered{header: http.Header{}}
	d.Engine.ServeHTTP(w, &to)
	if err := r.Context().Err(); err != nil { // the client has gone, as it would have from a connection
		return nil, err
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(bytes.NewReader(w.body)), ContentLength: int64(len(w.body)), Request: r,
	}, nil
}

// answered is a http.ResponseWriter that keeps the answer, which the engine writes in one piece.
type answered struct {
	header http.Header
	status int
	body   []byte
}

func (a *answered) Header() http.Header    { return a.header }
func (a *answered) WriteHeader(status int) { a.status = status }
func (a *answered) Write(b []byte) (int, error) {
	if a.body == nil {
		a.body = b // it is the engine's last use of it
	} else {
		a.body = append(a.body, b...)
	}
	return len(b), nil
}
