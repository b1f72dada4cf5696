package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The account and region of every variation.
const (
	account = "111122223333"
	region  = "us-east-1"
)

// cloud sends signed requests to the emulator. Three operations of three services do not need three modules of the SDK.
type cloud struct {
	url  string
	http *http.Client
}

// send sends a request to a service and returns the answer. A status that is not 2xx is an error.
func (c *cloud) send(ctx context.Context, service, method, path string, header map[string]string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	keys := aws.Credentials{AccessKeyID: account, SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hash, service, region, time.Now()); err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s %s: %d %s", service, method, path, res.StatusCode, out)
	}
	return out, err
}

// put stores an object; the bucket is made if it is missing.
func (c *cloud) put(ctx context.Context, bucket, key string, body []byte) error {
	if _, err := c.send(ctx, "s3", http.MethodHead, "/"+bucket, nil, nil); err != nil {
		if _, err := c.send(ctx, "s3", http.MethodPut, "/"+bucket, nil, nil); err != nil {
			return err
		}
	}
	_, err := c.send(ctx, "s3", http.MethodPut, "/"+bucket+"/"+key, nil, body)
	return err
}

// parameter writes a parameter of Systems Manager.
func (c *cloud) parameter(ctx context.Context, name, value string) error {
	body := fmt.Sprintf(`{"Name":%q,"Value":%q,"Type":"String","Overwrite":true}`, name, value)
	_, err := c.json(ctx, "ssm", "AmazonSSM.PutParameter", body)
	return err
}

// json calls an operation of a service that speaks JSON.
func (c *cloud) json(ctx context.Context, service, target, body string) ([]byte, error) {
	return c.send(ctx, service, http.MethodPost, "/", map[string]string{"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}, []byte(body))
}

// formation calls an operation of CloudFormation.
func (c *cloud) formation(ctx context.Context, action string, parameters ...string) ([]byte, error) {
	form := url.Values{"Action": {action}, "Version": {"2010-05-15"}}
	for i := 0; i+1 < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	return c.send(ctx, "cloudformation", http.MethodPost, "/", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(form.Encode()))
}

// notFound reports whether a stack does not exist.
func notFound(err error) bool { return err != nil && strings.Contains(err.Error(), "does not exist") }
