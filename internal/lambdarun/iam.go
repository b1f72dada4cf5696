package lambdarun

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// iamFunction is the function whose routes have the authorization AWS_IAM.
const iamFunction = "admin"

// maxSkew is how far the time of a signature may be from now.
const maxSkew = 5 * time.Minute

// Caller is a principal of IAM that may invoke the routes with IAM authorization.
type Caller struct {
	Secret string // secret access key
	ARN    string
}

// IAM are the callers by access key id.
type IAM map[string]Caller

// authorize returns what API Gateway adds to the event of a request that is signed for execute-api with the secret of a
// caller (SigV4), or nil for any other request.
func (m IAM) authorize(r *http.Request, body []byte, now time.Time) *events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription {
	s, ok := signatureOf(r)
	caller, known := m[s.key]
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if !ok || !known || err != nil || at.Sub(now).Abs() > maxSkew || s.service != "execute-api" || s.date != at.Format("20060102") {
		return nil
	}
	want, err := s.again(r, body, aws.Credentials{AccessKeyID: s.key, SecretAccessKey: caller.Secret, SessionToken: r.Header.Get("X-Amz-Security-Token")}, at)
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(r.Header.Get("Authorization"))) != 1 {
		return nil
	}
	return &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{AccessKey: s.key, AccountID: "000000000000", CallerID: s.key, UserARN: caller.ARN, UserID: s.key}
}

// signature is the header Authorization of SigV4.
type signature struct {
	key, date, region, service string
	headers                    []string
}

func signatureOf(r *http.Request) (s signature, ok bool) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !ok {
		return s, false
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) != 5 {
				return s, false
			}
			s.key, s.date, s.region, s.service = scope[0], scope[1], scope[2], scope[3]
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		}
	}
	return s, s.key != ""
}

// again signs the request once more, with the headers that its signature covers, and returns the header Authorization.
func (s signature) again(r *http.Request, body []byte, keys aws.Credentials, at time.Time) (string, error) {
	copied, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, "http://"+r.Host+r.URL.RequestURI(), nil) //nolint:gosec // it is signed, and never sent
	if err != nil {
		return "", err
	}
	for _, name := range s.headers {
		switch name {
		case "host":
		case "content-length":
			copied.ContentLength = r.ContentLength
		default:
			copied.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(r.Context(), keys, copied, hex.EncodeToString(sum[:]), s.service, s.region, at)
	return copied.Header.Get("Authorization"), err
}
