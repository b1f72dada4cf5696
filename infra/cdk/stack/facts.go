package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// facts sends facts on: to webhooks, and to a bus. nil sends none.
//
//	stream function ──► queue ──► function webhooks ──► webhooks, bus
//	                      ▲             │    ▲
//	                      └── again ────┘    └── schedule: every minute
type facts struct {
	here     constructs.Construct
	customer deployment.Customer
	options  Options
	queue    awssqs.Queue
	busName  string // empty: there is none
	busArn   string
}

const (
	senderSeconds = 60 // the timeout of the function
	// factTries is after how many failures a message is a dead letter. Nothing depends on it: it says that there is a fault.
	factTries = 5
	// factsAtOnce bounds the invocations by the queue, and so the load on receivers.
	factsAtOnce = 10
)

// newFacts creates the queue with its dead letters, and the bus.
func newFacts(s awscdk.Stack, c deployment.Customer, o Options) *facts {
	if !c.SendsFacts() {
		return nil
	}
	f := &facts{here: constructs.NewConstruct(s, jsii.String("Facts")), customer: c, options: o}
	queue := func(id, name string, props awssqs.QueueProps) awssqs.Queue {
		props.QueueName, props.EnforceSSL, props.Encryption = jsii.String(c.Prefix()+"-"+name), jsii.Bool(true), awssqs.QueueEncryption_SQS_MANAGED
		return awssqs.NewQueue(f.here, jsii.String(id), &props)
	}
	dead := queue("DeadLetters", "facts-dead-letters", awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(14))})
	accept(dead, "AwsSolutions-SQS3", "this is the dead-letter queue of the function webhooks")
	f.queue = queue("Queue", "facts", awssqs.QueueProps{
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(6 * senderSeconds)), // as Lambda asks for
		RetentionPeriod:   awscdk.Duration_Days(jsii.Number(1)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(factTries)},
	})
	f.bus(s)
	return f
}

// bus creates the bus, unless it exists.
func (f *facts) bus(s awscdk.Stack) {
	name := f.customer.EventBus
	switch {
	case name == "":
		return
	case strings.HasPrefix(name, "arn:"):
		f.busName, f.busArn = name, name
		return
	case name != "default":
		bus := awsevents.NewEventBus(f.here, jsii.String("Bus"), &awsevents.EventBusProps{EventBusName: jsii.String(name)})
		f.busName, f.busArn = *bus.EventBusName(), *bus.EventBusArn()
	default:
		f.busName = name
		f.busArn = *s.FormatArn(&awscdk.ArnComponents{Service: jsii.String("events"), Resource: jsii.String("event-bus"), ResourceName: jsii.String(name)})
	}
	awscdk.NewCfnOutput(s, jsii.String("EventBus"), &awscdk.CfnOutputProps{Value: jsii.String(f.busName), Description: jsii.String("Bus of EventBridge with all facts; their source is scimstack")})
}

// environment adds what a function must know.
func (f *facts) environment(of deployment.Function, env map[string]string) {
	if f == nil || of.Access != deployment.Consumer && of.Access != deployment.Sender {
		return
	}
	env["SCIMSTACK_WAKE_QUEUE"] = *f.queue.QueueUrl()
	if f.options.Endpoint != "" { // an emulator has all services
		env["AWS_ENDPOINT_URL_SQS"] = f.options.Endpoint
	}
	if of.Access != deployment.Sender {
		return
	}
	if f.customer.Webhooks {
		env["SCIMSTACK_WEBHOOKS"] = "on"
	}
	if f.busName != "" {
		env["SCIMSTACK_EVENT_BUS"] = f.busName
		if f.options.Endpoint != "" {
			env["AWS_ENDPOINT_URL_EVENTBRIDGE"] = f.options.Endpoint
		}
	}
}

// wake lets a function wake the sender.
func (f *facts) wake(fn awslambda.Function) {
	if f != nil {
		fn.AddToRolePolicy(allow([]string{"sqs:SendMessage"}, []string{*f.queue.QueueArn()}, nil))
	}
}

// send invokes the sender for messages, and every minute for what is due and for messages that were lost.
func (f *facts) send(fn awslambda.Function) {
	f.wake(fn)
	fn.AddToRolePolicy(allow([]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, []string{*f.queue.QueueArn()}, nil))
	if f.busArn != "" {
		fn.AddToRolePolicy(allow([]string{"events:PutEvents"}, []string{f.busArn}, nil))
	}
	source := awslambda.NewCfnEventSourceMapping(f.here, jsii.String("Source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: fn.FunctionName(), EventSourceArn: f.queue.QueueArn(), BatchSize: jsii.Number(10),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig:         &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: jsii.Number(factsAtOnce)},
	})
	source.Node().AddDependency(fn.Role()) // Lambda checks the role's rights on creation
	tenants := map[string]any{}
	if len(f.customer.Tenants) > 0 { // its role cannot list the others
		tenants["tenants"] = f.customer.Tenants
	}
	awsevents.NewRule(f.here, jsii.String("Due"), &awsevents.RuleProps{
		Description: jsii.String("scimstack: facts of " + f.customer.Name + " that are due again"),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(1))),
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(fn, &awseventstargets.LambdaFunctionProps{
			Event: awsevents.RuleTargetInput_FromObject(map[string]any{"due": tenants}), RetryAttempts: jsii.Number(0),
		})},
	})
}
