package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// streamPatterns select the records that the stream function acts on. A record that matches none does
// not invoke it, and costs nothing: index items, edges, bookmarks, counters and the provisioning log.
// A test of internal/function sends each kind of record to the consumer and compares.
var streamPatterns = []string{
	// Resources, which alone have a version.
	`{"dynamodb":{"NewImage":{"v":{"N":[{"exists":true}]}}}}`,
	`{"dynamodb":{"OldImage":{"v":{"N":[{"exists":true}]}}}}`,
	// Settings, which ask for builds of indexes. They are rare.
	`{"dynamodb":{"Keys":{"PK":{"S":[{"suffix":"#CFG"}]}}}}`,
	// Tombstones and intents, when time to live removes them.
	`{"userIdentity":{"type":["Service"]},"dynamodb":{"Keys":{"PK":{"S":[{"suffix":"#D"},{"suffix":"#S"}]}}}}`,
}

func streamFilter() *awslambda.CfnEventSourceMapping_FilterCriteriaProperty {
	filters := make([]any, len(streamPatterns))
	for i, p := range streamPatterns {
		filters[i] = &awslambda.CfnEventSourceMapping_FilterProperty{Pattern: jsii.String(p)}
	}
	return &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{Filters: filters}
}

// batchingWindow is how many seconds the stream waits for more records, so that a batch costs less. Facts that are sent on
// do not wait.
func batchingWindow(c deployment.Customer) int {
	if c.SendsFacts() {
		return 0
	}
	return 1
}

// NewStreamSource invokes a function with the records of the table's stream. Lambda splits a
// failing batch until the bad record is alone, retries it, and reports it to the queue before
// the stream drops it after 24 hours. The message contains the position of the record, not the
// record itself, so the queue needs an alarm. `scimstack table dead-letters` reads the queue, whose URL is an
// output of the stack, and processes the records again.
func NewStreamSource(scope constructs.Construct, c deployment.Customer, f awslambda.Function, streamArn string) awssqs.Queue {
	here := constructs.NewConstruct(scope, jsii.String("StreamSource"))
	queue := awssqs.NewQueue(here, jsii.String("DeadLetters"), &awssqs.QueueProps{
		QueueName: jsii.String(c.Prefix() + "-stream-dead-letters"), EnforceSSL: jsii.Bool(true),
		Encryption: awssqs.QueueEncryption_SQS_MANAGED, RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	awscdk.NewCfnOutput(awscdk.Stack_Of(scope), jsii.String("DeadLetters"), &awscdk.CfnOutputProps{
		Value: queue.QueueUrl(), Description: jsii.String("URL of the dead-letter queue, for scimstack table dead-letters --queue"),
	})
	accept(queue, "AwsSolutions-SQS3", "this is the dead-letter queue of the stream function")
	f.AddToRolePolicy(allow([]string{"sqs:SendMessage"}, []string{*queue.QueueArn()}, nil))
	f.AddToRolePolicy(allow([]string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, []string{streamArn}, nil))
	f.AddToRolePolicy(allow([]string{"dynamodb:ListStreams"}, []string{"*"}, nil))
	acceptWildcard(f.Node().Scope(), "Resource::*", "ListStreams does not support resource-level permissions; Lambda requires it to create the event source mapping")
	source := awslambda.NewCfnEventSourceMapping(here, jsii.String("Source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: f.FunctionName(), EventSourceArn: jsii.String(streamArn),
		StartingPosition: jsii.String("TRIM_HORIZON"), BatchSize: jsii.Number(100),
		MaximumBatchingWindowInSeconds: jsii.Number(batchingWindow(c)), ParallelizationFactor: jsii.Number(2),
		FilterCriteria:             streamFilter(),
		BisectBatchOnFunctionError: jsii.Bool(true), FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		MaximumRetryAttempts: jsii.Number(10), MaximumRecordAgeInSeconds: jsii.Number(22 * 3600),
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: queue.QueueArn()},
		},
	})
	source.Node().AddDependency(f.Role()) // Lambda checks the role's rights on creation
	return queue
}
