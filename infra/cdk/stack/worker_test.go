package stack_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
	"github.com/scimstack/scimstack/infra/cdk/stack"
)

// TestWorker: the guide's key is one of the customer file, its pattern is that of the example's rule, and the example
// passes every rule.
func TestWorker(t *testing.T) {
	page, err := os.ReadFile("../../../docs/how-to/event-bus.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 2 {
		t.Fatal(len(blocks), "blocks of JSON")
	}
	c, err := deployment.Parse("acme", []byte(`{"account":"111122223333","region":"eu-central-1",`+strings.TrimPrefix(blocks[0][1], "{")))
	if err != nil || c.EventBus != "scim-facts" {
		t.Error(c.EventBus, err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), AnalyticsReporting: jsii.Bool(false)})
	s := awscdk.NewStack(app, jsii.String("worker"), nil)
	stack.NewFactsWorker(s, stack.WorkerProps{Name: "leavers", Bus: c.EventBus, Types: []string{"user.deactivated", "user.deleted"}})
	awscdk.Aspects_Of(s).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	raw, err := json.Marshal(assertions.Template_FromStack(s, nil).ToJSON())
	var tree map[string]any
	if err != nil || json.Unmarshal(raw, &tree) != nil {
		t.Fatal(err)
	}
	rules := resourcesOf(tree, "AWS::Events::Rule")
	if len(rules) != 1 || len(resourcesOf(tree, "AWS::SQS::Queue")) != 2 {
		t.Fatal(len(rules), "rules")
	}
	var want any
	if err := json.Unmarshal([]byte(blocks[1][1]), &want); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		p := r["Properties"].(map[string]any)
		if compact(p["EventPattern"]) != compact(want) || compact(p["EventBusName"]) != `"scim-facts"` {
			t.Error(compact(p))
		}
	}
	for _, m := range *assertions.Annotations_FromStack(s).FindError(jsii.String("*"), assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))) {
		//lint:ignore SA1019 the only field that names a finding
		t.Error(*m.Id)
	}
}

// TestFacts: nothing of it is deployed unless the customer file asks for it; the queue is what Lambda asks for.
func TestFacts(t *testing.T) {
	off := build(t, customers()["split"]).templates["service"]
	if n := len(resourcesOf(off, "AWS::SQS::Queue")); n != 1 || strings.Contains(compact(off), "WAKE_QUEUE") || strings.Contains(compact(off), "webhooks") {
		t.Error("off:", n, "queues")
	}
	for _, c := range []struct {
		webhooks bool
		bus      string
		buses    int
	}{{true, "", 0}, {false, "default", 0}, {false, "facts", 1}, {true, "arn:aws:events:eu-central-1:111122223333:event-bus/x", 0}} {
		customer := customers()["split"]
		customer.Webhooks, customer.EventBus = c.webhooks, c.bus
		tree := build(t, customer).templates["service"]
		text := compact(tree)
		if strings.Contains(text, `"SCIMSTACK_WEBHOOKS":"on"`) != c.webhooks || strings.Contains(text, "events:PutEvents") != (c.bus != "") ||
			len(resourcesOf(tree, "AWS::Events::EventBus")) != c.buses || !strings.Contains(text, `"VisibilityTimeout":360`) || !strings.Contains(text, `"maxReceiveCount":5`) {
			t.Error(c)
		}
		if circle := circle(tree); circle != "" {
			t.Error(circle)
		}
	}
	for _, text := range []string{`"webhooks":true,"feedDays":0`, `"eventBus":"a b"`, `"eventBus":"arn:aws:events:us-east-1:111122223333:event-bus/x"`} {
		if _, err := deployment.Parse("acme", []byte(`{"account":"111122223333","region":"eu-central-1",`+text+`}`)); err == nil {
			t.Error(text, "is accepted")
		}
	}
}
