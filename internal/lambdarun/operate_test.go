package lambdarun_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/scimstack/scimstack/internal/operate"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
)

// The credentials of the operator at the gateway.
const (
	operatorKey    = "AKIAIOSFODNN7EXAMPLE"
	operatorSecret = "an example, and no secret"
)

// administration is the API of a service, called as a principal of IAM.
func (s *lambdaService) administration(t *testing.T, secret string) *adminclient.Client {
	t.Helper()
	api, err := adminclient.New(strings.TrimSuffix(s.base, "/scim/v2"), adminclient.Options{Sign: func(r *http.Request, body []byte) error {
		sum := sha256.Sum256(body)
		keys := aws.Credentials{AccessKeyID: operatorKey, SecretAccessKey: secret}
		return v4.NewSigner().SignHTTP(r.Context(), keys, r, hex.EncodeToString(sum[:]), "execute-api", "us-east-1", time.Now())
	}})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// TestOperate: an operator's day on the real functions. The administration answers only to requests that IAM has verified,
// and the log names their principal. Package main of scimstack plays the same steps on its processes.
func TestOperate(t *testing.T) {
	t.Parallel()
	functions(t)
	ts := newTables(t)
	s := ts.service(t)
	if _, err := s.administration(t, "a wrong secret").Tenants(t.Context(), "", 0); err == nil {
		t.Error("a request with a wrong signature lists the tenants")
	}
	api := s.administration(t, operatorSecret)
	follower := ts.follower(s, s.table)
	settle := func() {
		if err := follower.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	operate.Play(t, operate.Target{API: api, Base: s.base, Fresh: s.stack.Recycle, Settle: settle, Corpus: "../../testdata/idp-corpus/entra.json"})
	if _, err := api.CreateOperator(t.Context(), admin.OperatorInput{Name: "x"}); err == nil || !strings.Contains(err.Error(), "IAM") {
		t.Errorf("an operator token on AWS: %v", err)
	}
}
