package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// open gives the API of a service a host, and makes its functions emit URLs of it: the host name in the template belongs to
// AWS.
func (l *lane) open(ctx context.Context, stack string, d description) (*front, error) {
	api := d.output("ApiId")
	if api == "" {
		return nil, fmt.Errorf("%s has no output ApiId", stack)
	}
	stage := "$default"
	if d.output("Stage") != "" {
		stage = d.output("Stage")
	}
	f, err := newFront(ctx, l.url, api, stage)
	if err != nil {
		return nil, err
	}
	raw, err := l.send(ctx, "lambda", http.MethodGet, "/2015-03-31/functions/", nil, nil)
	if err != nil {
		return nil, err
	}
	var list struct{ Functions []function }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, fn := range list.Functions {
		if fn.Environment.Variables["SCIMSTACK_PUBLIC_BASE"] == "" || !strings.HasPrefix(fn.FunctionName, stack+"-") {
			continue
		}
		fn.Environment.Variables["SCIMSTACK_PUBLIC_BASE"] = f.base + "/scim/v2"
		body, err := json.Marshal(map[string]any{"Environment": fn.Environment})
		if err != nil {
			return nil, err
		}
		if _, err := l.send(ctx, "lambda", http.MethodPut, "/2015-03-31/functions/"+fn.FunctionName+"/configuration", nil, body); err != nil {
			return nil, err
		}
	}
	return f, nil
}

type function struct {
	FunctionName string
	Environment  struct{ Variables map[string]string }
}

// user uses a deployed service.
type user struct {
	*lane
	base  string // before the path of SCIM
	table string
}

// request creates a user in a new tenant, reads it at the location that the answer names, and waits until the event source has
// passed the change to the stream function, which counts it.
func (u user) request(ctx context.Context) error {
	location, token, err := u.ann(ctx, "globex")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(location, u.base+"/scim/v2/globex/Users/") {
		return fmt.Errorf("the user is at %q, not below %s", location, u.base)
	}
	if status, err := get(ctx, location, token); err != nil || status != http.StatusOK {
		return fmt.Errorf("GET %s: %d %w", location, status, err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		out, err := u.db.Query(ctx, &dynamodb.QueryInput{
			TableName: &u.table, KeyConditionExpression: aws.String("PK = :p"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: "T#globex#N"}},
		})
		switch {
		case err != nil:
			return err
		case len(out.Items) > 0:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("the stream function has not counted a user within a minute")
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// ann makes a tenant with a user, and returns the user's location and a token.
func (u user) ann(ctx context.Context, name string) (location, token string, err error) {
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return "", "", err
	}
	tenants := dynamo.NewTenants(u.db, u.table, time.Now)
	if err := tenants.Create(ctx, tenant.Settings{ID: id}); err != nil {
		return "", "", err
	}
	token, stored := tenant.NewToken(id, scim.All)
	if err := tenants.AddToken(ctx, id, stored); err != nil {
		return "", "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.base+"/scim/v2/"+name+"/Users", strings.NewReader(`{"userName":"ann@example.com"}`))
	if err != nil {
		return "", "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return "", "", fmt.Errorf("POST /Users: %s", res.Status)
	}
	return res.Header.Get("Location"), token, nil
}

// get sends a GET and returns the status.
func get(ctx context.Context, location, token string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, location, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// replay sends the recorded traffic through the gateway.
func (u user) replay(ctx context.Context) error {
	return u.run(exec.CommandContext(ctx, u.replaycorpus, "-base", u.base+"/scim/v2", "-table", u.table)) //nolint:gosec // a program of this repository
}

// test runs one of the tests of this package against the gateway.
func (u user) test(ctx context.Context, name string) error {
	cmd := exec.CommandContext(ctx, u.tests, "-test.run", "^"+name+"$", "-test.timeout", "4m", "-test.v") //nolint:gosec // as replay
	cmd.Dir = "internal/deploylane"
	return u.run(cmd)
}

// run runs a program that uses the service, and prints the last lines of its output, or all if it fails.
func (u user) run(cmd *exec.Cmd) error {
	cmd.Env = append(os.Environ(), "SCIMSTACK_DEPLOYED="+u.base, "SCIMSTACK_TABLE="+u.table)
	for k, v := range u.environment() {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd.Args, err, failures(string(out)))
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	summary := lines[max(0, len(lines)-2)]
	if passed := strings.Count(string(out), "--- PASS"); passed > 0 {
		summary = fmt.Sprintf("%s: %d passed, %d skipped", cmd.Args[2], passed, strings.Count(string(out), "--- SKIP"))
	}
	fmt.Printf("  %s, %s\n", summary, time.Since(begin).Round(time.Second))
	return nil
}

// failures drops the lines of an output that say that something passed.
func failures(out string) string {
	var keep []string
	for line := range strings.Lines(out) {
		if word := strings.TrimSpace(line); !strings.HasPrefix(word, "===") && !strings.HasPrefix(word, "--- PASS") && !strings.HasPrefix(word, "--- SKIP") {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "")
}
