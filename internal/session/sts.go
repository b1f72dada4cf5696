package session

import (
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
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"

	"github.com/scimstack/scimstack/pkg/scim"
)

// The request is made by hand: the SDK's STS client with its endpoint rules and XML decoding would
// make every function larger than its limit, for one call with one answer.

const (
	tries     = 3
	maxAnswer = 64 << 10
)

// endpoint returns the regional STS endpoint, which answers faster and fails alone.
func endpoint(region string) string {
	domain := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		domain = "amazonaws.com.cn"
	}
	return "https://sts." + region + "." + domain
}

// assume returns a new session of a tenant. It tries again after a failure of the network or of STS.
func (s *Sessions) assume(ctx context.Context, t scim.TenantID) (keys aws.Credentials, err error) {
	for try := range tries {
		if try > 0 {
			timer := time.NewTimer(100 * time.Millisecond << try)
			select {
			case <-ctx.Done():
				timer.Stop()
				return aws.Credentials{}, ctx.Err()
			case <-timer.C:
			}
		}
		var again bool
		if keys, again, err = s.ask(ctx, t); err == nil || !again {
			break
		}
	}
	return keys, err
}

// ask sends one AssumeRole. again reports that the same request may succeed later.
func (s *Sessions) ask(ctx context.Context, t scim.TenantID) (keys aws.Credentials, again bool, err error) {
	own, err := s.o.Own.Retrieve(ctx)
	if err != nil {
		return keys, false, err
	}
	body := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {s.o.Role}, "RoleSessionName": {"scimstack-" + t.String()},
		"DurationSeconds": {"3600"}, "Tags.member.1.Key": {"tid"}, "Tags.member.1.Value": {t.String()},
	}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		return keys, false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, own, req, hex.EncodeToString(sum[:]), "sts", s.o.Region, s.o.Now()); err != nil {
		return keys, false, err
	}
	res, err := s.o.Client.Do(req)
	if err != nil {
		return keys, ctx.Err() == nil, fmt.Errorf("session: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close() // it was read
	if err != nil {
		return keys, ctx.Err() == nil, fmt.Errorf("session: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		fault := refusal(res.StatusCode, string(answer))
		return keys, fault.Fault == smithy.FaultServer, fault
	}
	keys, err = credentials(string(answer))
	return keys, false, err
}

// refusal returns the error of an answer. Throttling counts as a fault of the server: DynamoDB's
// callers try again after those only.
func refusal(status int, answer string) *smithy.GenericAPIError {
	code := element(answer, "Code")
	e := &smithy.GenericAPIError{Code: code, Message: "STS: AssumeRole: " + element(answer, "Message"), Fault: smithy.FaultClient}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || strings.HasPrefix(code, "Throttling") {
		e.Fault = smithy.FaultServer
	}
	return e
}

// credentials reads the answer of AssumeRole.
func credentials(answer string) (aws.Credentials, error) {
	keys := aws.Credentials{
		AccessKeyID: element(answer, "AccessKeyId"), SecretAccessKey: element(answer, "SecretAccessKey"),
		SessionToken: element(answer, "SessionToken"), CanExpire: true, Source: "scimstack tenant session",
	}
	var err error
	if keys.Expires, err = time.Parse(time.RFC3339, element(answer, "Expiration")); err != nil || !keys.HasKeys() || keys.SessionToken == "" {
		return aws.Credentials{}, fmt.Errorf("session: the answer of STS has no credentials (%d bytes)", len(answer))
	}
	return keys, nil
}

// element returns the content of the first element of a name. The elements that are read have plain
// names and hold keys, times and codes, none of which XML would escape.
func element(doc, name string) string {
	_, rest, ok := strings.Cut(doc, "<"+name+">")
	content, _, closed := strings.Cut(rest, "</"+name+">")
	if !ok || !closed {
		return ""
	}
	return strings.TrimSpace(content)
}
