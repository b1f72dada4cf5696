package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// left reports what a deleted service has left in the account: every name that begins with that of the service. A name
// that contains stays is meant to stay.
func (c *cloud) left(ctx context.Context, service, stays string) error {
	name := regexp.MustCompile("(" + service + "|/scimstack/" + strings.TrimPrefix(service, "scimstack-") + ")([-/][A-Za-z0-9_./-]*)?[\"<]")
	var errs []error
	for what, list := range c.inventory() {
		raw, err := list(ctx)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
			continue
		}
		if what == "log group" {
			raw = retained(raw)
		}
		found := name.FindAllString(string(raw), -1)
		slices.Sort(found)
		for _, f := range slices.Compact(found) {
			if what == "role" && !strings.HasPrefix(f, service+"-") {
				continue // the name of the stack, in a tag of a role
			}
			if stays == "" || !strings.Contains(f, stays) {
				errs = append(errs, fmt.Errorf("left after destroy: %s %s", what, strings.TrimRight(f, `"<`)))
			}
		}
	}
	return errors.Join(errs...)
}

// inventory lists the resources of an account, by kind, in the services' own form.
func (c *cloud) inventory() map[string]func(context.Context) ([]byte, error) {
	get := func(service, path string) func(context.Context) ([]byte, error) {
		return func(ctx context.Context) ([]byte, error) { return c.send(ctx, service, http.MethodGet, path, nil, nil) }
	}
	form := func(service, version, action string) func(context.Context) ([]byte, error) {
		return func(ctx context.Context) ([]byte, error) {
			body := url.Values{"Action": {action}, "Version": {version}}.Encode()
			return c.send(ctx, service, http.MethodPost, "/", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(body))
		}
	}
	call := func(service, target string) func(context.Context) ([]byte, error) {
		return func(ctx context.Context) ([]byte, error) { return c.json(ctx, service, target, "{}") }
	}
	return map[string]func(context.Context) ([]byte, error){
		"function":             get("lambda", "/2015-03-31/functions/"),
		"event source mapping": get("lambda", "/2015-03-31/event-source-mappings/"),
		"HTTP API":             get("apigateway", "/v2/apis"),
		"REST API":             get("apigateway", "/restapis"),
		"role":                 form("iam", "2010-05-08", "ListRoles"),
		"alarm":                form("monitoring", "2010-08-01", "DescribeAlarms"),
		"topic":                form("sns", "2010-03-31", "ListTopics"),
		"log group":            call("logs", "Logs_20140328.DescribeLogGroups"),
		"queue":                call("sqs", "AmazonSQS.ListQueues"),
		"parameter":            call("ssm", "AmazonSSM.DescribeParameters"),
		"rule":                 call("events", "AWSEvents.ListRules"),
		"event bus":            call("events", "AWSEvents.ListEventBuses"),
	}
}

// retained drops log groups without a retention period. A template always sets one; the emulator makes groups without when a
// function logs after its group is deleted, which a function on AWS has no right to do.
func retained(raw []byte) []byte {
	var list struct {
		LogGroups []struct {
			LogGroupName    string
			RetentionInDays int
		}
	}
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	var names []string
	for _, g := range list.LogGroups {
		if g.RetentionInDays > 0 {
			names = append(names, g.LogGroupName)
		}
	}
	out, _ := json.Marshal(names) // strings
	return out
}
