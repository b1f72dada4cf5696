package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// WorkerProps are the inputs of NewFactsWorker.
type WorkerProps struct {
	Name  string   // of the queue
	Bus   string   // the property eventBus of the customer file
	Types []string // of facts; none are all
}

// NewFactsWorker hands facts from the bus to a queue, which a worker of yours reads: an example, to be used as it is or
// copied. What the rule cannot deliver, and what the worker fails on five times, is in <name>-dead-letters.
func NewFactsWorker(scope constructs.Construct, p WorkerProps) awssqs.Queue {
	here := constructs.NewConstruct(scope, jsii.String(p.Name))
	queue := func(id, name string, props awssqs.QueueProps) awssqs.Queue {
		props.QueueName, props.EnforceSSL, props.Encryption = jsii.String(name), jsii.Bool(true), awssqs.QueueEncryption_SQS_MANAGED
		return awssqs.NewQueue(here, jsii.String(id), &props)
	}
	dead := queue("DeadLetters", p.Name+"-dead-letters", awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(14))})
	accept(dead, "AwsSolutions-SQS3", "this is the dead-letter queue of the worker")
	work := queue("Queue", p.Name, awssqs.QueueProps{
		VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(5)), RetentionPeriod: awscdk.Duration_Days(jsii.Number(4)),
		DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(5)},
	})
	pattern := &awsevents.EventPattern{Source: jsii.Strings("scimstack")}
	if len(p.Types) > 0 {
		pattern.DetailType = jsii.Strings(p.Types...)
	}
	awsevents.NewRule(here, jsii.String("Rule"), &awsevents.RuleProps{
		Description: jsii.String("scimstack: facts for " + p.Name), EventPattern: pattern,
		EventBus: awsevents.EventBus_FromEventBusName(here, jsii.String("Bus"), jsii.String(p.Bus)),
		Targets:  &[]awsevents.IRuleTarget{awseventstargets.NewSqsQueue(work, &awseventstargets.SqsQueueProps{DeadLetterQueue: dead})},
	})
	return work
}
