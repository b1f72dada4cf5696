package dynamo_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestClientFromEnv: the error names the missing variable and contains no secret.
func TestClientFromEnv(t *testing.T) {
	t.Parallel()
	all := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "session"}
	client, err := dynamo.ClientFromEnv(func(k string) string { return all[k] })
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := client.Options().Credentials.Retrieve(t.Context()); err != nil || keys.SessionToken != "session" || client.Options().Region != "eu-central-1" {
		t.Errorf("%v %v", client.Options().Region, err)
	}
	for _, missing := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		_, err := dynamo.ClientFromEnv(func(k string) string {
			if k == missing {
				return ""
			}
			return all[k]
		})
		if err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "hush") {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	for endpoint, ok := range map[string]bool{"http://127.0.0.1:8000": true, "http://localhost:8000": true, "https://dynamodb.example.com": false} {
		_, err := dynamo.ClientFromEnv(func(k string) string {
			if k == "AWS_ENDPOINT_URL_DYNAMODB" {
				return endpoint
			}
			return ""
		})
		if (err == nil) != ok {
			t.Errorf("%s without credentials: %v", endpoint, err)
		}
	}
}
