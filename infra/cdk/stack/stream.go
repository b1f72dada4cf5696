package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// NewStreamSource feeds a function from the table's stream. A batch that fails is halved until
// the bad record stands alone, tried again, and given up to the queue before the stream (24 h)
// forgets it. The queue gets where the record is, not the record: alarm on it.
func NewStreamSource(scope constructs.Construct, c deployment.Customer, f awslambda.Function, streamArn string) awssqs.Queue {
	here := constructs.NewConstruct(scope, jsii.String("StreamSource"))
	queue := awssqs.NewQueue(here, jsii.String("DeadLetters"), &awssqs.QueueProps{
		QueueName: jsii.String(c.Prefix() + "-stream-dead-letters"), EnforceSSL: jsii.Bool(true),
		Encryption: awssqs.QueueEncryption_SQS_MANAGED, RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	accept(queue, "AwsSolutions-SQS3", "it is the dead-letter queue of the stream function")
	f.AddToRolePolicy(allow([]string{"sqs:SendMessage"}, []string{*queue.QueueArn()}, nil))
	f.AddToRolePolicy(allow([]string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, []string{streamArn}, nil))
	f.AddToRolePolicy(allow([]string{"dynamodb:ListStreams"}, []string{"*"}, nil))
	acceptWildcard(f.Node().Scope(), "Resource::*", "ListStreams knows no resource; Lambda asks for it when the event source is made")
	source := awslambda.NewCfnEventSourceMapping(here, jsii.String("Source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: f.FunctionName(), EventSourceArn: jsii.String(streamArn),
		StartingPosition: jsii.String("TRIM_HORIZON"), BatchSize: jsii.Number(100),
		MaximumBatchingWindowInSeconds: jsii.Number(1), ParallelizationFactor: jsii.Number(2),
		BisectBatchOnFunctionError: jsii.Bool(true), FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		MaximumRetryAttempts: jsii.Number(10), MaximumRecordAgeInSeconds: jsii.Number(22 * 3600),
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: queue.QueueArn()},
		},
	})
	source.Node().AddDependency(f.Role()) // Lambda tries the role at once
	return queue
}
