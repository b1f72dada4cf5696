package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// route makes the functions of an API emit the URL of the emulator's gateway, and returns it. The host name in the
// template belongs to AWS.
func (c *cloud) route(ctx context.Context, stack string, d description) (string, error) {
	u, err := url.Parse(d.output("BaseURL"))
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%s has no output BaseURL", stack)
	}
	api, _, _ := strings.Cut(u.Host, ".")
	base := c.url + "/_aws/execute-api/" + api + "/$default/scim/v2"
	raw, err := c.send(ctx, "lambda", http.MethodGet, "/2015-03-31/functions/", nil, nil)
	if err != nil {
		return "", err
	}
	var list struct{ Functions []function }
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", err
	}
	for _, f := range list.Functions {
		if f.Environment.Variables["SCIMSTACK_PUBLIC_BASE"] == "" || !strings.HasPrefix(f.FunctionName, stack+"-") {
			continue
		}
		f.Environment.Variables["SCIMSTACK_PUBLIC_BASE"] = base
		body, err := json.Marshal(map[string]any{"Environment": f.Environment})
		if err != nil {
			return "", err
		}
		if _, err := c.send(ctx, "lambda", http.MethodPut, "/2015-03-31/functions/"+f.FunctionName+"/configuration", nil, body); err != nil {
			return "", err
		}
	}
	return base, nil
}

type function struct {
	FunctionName string
	Environment  struct{ Variables map[string]string }
}

// replay sends the recorded traffic through the gateway.
func (c *cloud) replay(ctx context.Context, program, base, table string) error {
	cmd := exec.CommandContext(ctx, program, "-base", base, "-table", table) //nolint:gosec // a program of this repository
	cmd.Env = append(os.Environ(), "AWS_REGION="+region, "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL_DYNAMODB="+c.url)
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return fmt.Errorf("the recorded traffic: %w\n%s", err, out)
	}
	fmt.Printf("  recorded traffic: %s\n", strings.Join(lines[max(0, len(lines)-2):], ", "))
	return nil
}

// tables are the tables that exist.
func (c *cloud) tables(ctx context.Context) ([]string, error) {
	raw, err := c.send(ctx, "dynamodb", http.MethodPost, "/", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}, []byte("{}"))
	if err != nil {
		return nil, err
	}
	var out struct{ TableNames []string }
	return out.TableNames, json.Unmarshal(raw, &out)
}
