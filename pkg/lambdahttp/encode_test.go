package lambdahttp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// FuzzAnswer: a gateway reads the status, the headers and the body that the handler has written, in both formats, and
// the length of the body is the one that the limit is compared with.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"a":"b\n\u0001"}`), "W/\"1\"", 200)
	f.Add([]byte("\"\\\n\r\t\b\f\x01\x1f ü \u2028 <>&\x7f\U0001f600"), "ü", 404)
	f.Add([]byte("\xff\xfe"), "\xff\x00", 201)
	f.Add([]byte{}, "", 204)
	f.Fuzz(func(t *testing.T, body []byte, value string, status int) {
		a := &answer{header: http.Header{"Etag": {value, "x"}, "Set-Cookie": {value, "y"}, "Content-Type": {"a/b"}}}
		a.WriteHeader(status)
		_, _ = a.Write(body)
		if status == 0 {
			status = http.StatusOK
		}
		text, encoded := string(body), !utf8.Valid(body)
		if encoded {
			text = base64.StdEncoding.EncodeToString(body)
		}
		given := strings.ToValidUTF8(value, "\ufffd")
		var two events.APIGatewayV2HTTPResponse
		want2 := events.APIGatewayV2HTTPResponse{
			StatusCode: status, Headers: map[string]string{"Etag": given + ",x", "Content-Type": "a/b"}, Cookies: []string{given, "y"},
			Body: text, IsBase64Encoded: encoded,
		}
		if err := json.Unmarshal(a.encode(httpAPI), &two); err != nil || !cmp.Equal(two, want2) {
			t.Errorf("2.0: %v %s", err, cmp.Diff(want2, two))
		}
		var one events.APIGatewayProxyResponse
		want1 := events.APIGatewayProxyResponse{
			StatusCode: status, MultiValueHeaders: map[string][]string{"Etag": {given, "x"}, "Set-Cookie": {given, "y"}, "Content-Type": {"a/b"}},
			Body: text, IsBase64Encoded: encoded,
		}
		out := a.encode(restAPI)
		if err := json.Unmarshal(out, &one); err != nil || !cmp.Equal(one, want1) {
			t.Errorf("1.0: %v %s", err, cmp.Diff(want1, one))
		}
		_, from, _ := strings.Cut(string(out), `"body":"`)
		if n := len(strings.TrimSuffix(from, `"}`)); !encoded && n != escapedLen(text) || n > a.size() && !encoded {
			t.Errorf("%d bytes of body, predicted %d, %d", n, escapedLen(text), a.size())
		}
	})
}

// TestPrincipal: the ARN of IAM is taken from where each format has it; what an authorizer of a REST API adds is not read.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		`{"requestContext":{"http":{"method":"GET"},"authorizer":{"iam":{"userArn":"arn:a"}}}}`:                   "arn:a",
		`{"requestContext":{"http":{"method":"GET"},"authorizer":{"jwt":{"claims":{"a":"b"}}}}}`:                  "",
		`{"requestContext":{"http":{"method":"GET"},"authorizer":null}}`:                                          "",
		`{"requestContext":{"http":{"method":"GET"},"identity":{"userArn":"arn:b"}}}`:                             "",
		`{"httpMethod":"GET","requestContext":{"identity":{"userArn":"arn:b"},"authorizer":{"iam":"x","a":[1]}}}`: "arn:b",
		`{"httpMethod":"GET","requestContext":{"authorizer":{"iam":{"userArn":"arn:a"}}}}`:                        "",
	} {
		var got string
		h := New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Principal(r.Context()) }), Options{})
		if _, err := h.Invoke(t.Context(), []byte(payload)); err != nil || got != want {
			t.Errorf("%s: %q, %v", payload, got, err)
		}
	}
	if _, err := New(nil, Options{}).Invoke(t.Context(), []byte(`{"requestContext":{"http":{"method":"GET"},"authorizer":1}}`)); err == nil {
		t.Error("an authorizer that is no object is taken")
	}
}
