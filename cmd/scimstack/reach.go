package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
)

// reach returns an error with the next step if no server answers at a URL. Any answer will do. what is
// the flag that named the URL. It asks for the root, so that no tenant's log has a record of it.
func reach(ctx context.Context, what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usagef("%s %q is not a URL; write it as http://127.0.0.1:8080/…", what, address)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.Scheme+"://"+u.Host+"/", http.NoBody)
	if err != nil {
		return usagef("%s %q: %w", what, address, err)
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return unreachable(ctx, what, address, err)
	}
	return res.Body.Close()
}

// unreachable is the error of a server that does not answer.
func unreachable(ctx context.Context, what, address string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return failed(err, "cannot reach %s: %s; correct %s, or let this machine trust its authority (on Linux: SSL_CERT_FILE=FILE, with its certificate in PEM); scimstack doctor URL checks it", address, reason(err), what)
	}
	return failed(err, "cannot reach %s: %s: is the server running? Start it, or correct %s", address, reason(err), what)
}

// reachable checks that a DynamoDB endpoint answers. Other errors than those of the network are left
// to the command.
func (t *table) reachable(ctx context.Context) error {
	if t.flags.endpoint == "" {
		return nil
	}
	if err := reach(ctx, "--endpoint", t.flags.endpoint); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := t.client.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
	var api smithy.APIError
	if err == nil || errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		return nil
	}
	return fmt.Errorf("%s answers, but not as DynamoDB does; correct --endpoint", t.flags.endpoint)
}
