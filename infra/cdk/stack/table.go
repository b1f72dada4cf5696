package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// NewTable creates the table: keys PK and SK, one index, TTL, and a stream with old and new
// images. scripts/table-equal.sh checks that keys, index and stream equal the definition in
// pkg/dynamo. Point-in-time recovery (PITR), deletion protection and encryption are added here.
// The deletion policy is RetainExceptOnCreate: deleting the stack does not delete the table, but a first deployment that
// fails takes its empty table along, so that it can be repeated.
func NewTable(scope constructs.Construct, c deployment.Customer) awsdynamodb.Table {
	key := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
	}
	props := &awsdynamodb.TableProps{
		TableName:    jsii.String(c.TableName()),
		PartitionKey: key("PK"), SortKey: key("SK"),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Stream:              awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		TimeToLiveAttribute: jsii.String("ttl"),
		DeletionProtection:  jsii.Bool(c.Table.DeletionProtection),
		RemovalPolicy:       awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(c.Table.PointInTimeRecovery),
		},
		MaxReadRequestUnits:  units(c.Table.MaxReadUnits),
		MaxWriteRequestUnits: units(c.Table.MaxWriteUnits),
	}
	if c.Table.CustomerKey {
		props.Encryption = awsdynamodb.TableEncryption_CUSTOMER_MANAGED
		props.EncryptionKey = newKey(scope, c)
	}
	table := awsdynamodb.NewTable(scope, jsii.String("Table"), props)
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName: jsii.String("GSI1"), PartitionKey: key("GSI1PK"), SortKey: key("GSI1SK"),
		ProjectionType: awsdynamodb.ProjectionType_INCLUDE, NonKeyAttributes: jsii.Strings("a", "r", "gt"),
		MaxReadRequestUnits:  units(c.Table.MaxReadUnits),
		MaxWriteRequestUnits: units(c.Table.MaxWriteUnits),
	})
	if !c.Table.PointInTimeRecovery {
		accept(table, "AwsSolutions-DDB3", "point-in-time recovery (PITR) is switched off in the customer file")
	}
	parameter(scope, "StreamArn", streamParameter(c), *table.TableStreamArn(), "ARN of the table's stream")
	return table
}

// newKey creates the customer managed key of the table. It is retained with the table.
func newKey(scope constructs.Construct, c deployment.Customer) awskms.Key {
	k := awskms.NewKey(scope, jsii.String("Key"), &awskms.KeyProps{
		Alias: jsii.String(c.Prefix()), EnableKeyRotation: jsii.Bool(true),
		Description:   jsii.String("scimstack: encrypts the table " + c.TableName()),
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
	parameter(scope, "KeyArn", keyParameter(c), *k.KeyArn(), "ARN of the table's KMS key")
	return k
}

// parameter passes a value that cannot be computed from a name to the stateless stack. A
// CloudFormation export would block replacing the table. Standard parameters are free.
func parameter(scope constructs.Construct, id, name, value, description string) {
	awsssm.NewStringParameter(scope, jsii.String(id), &awsssm.StringParameterProps{
		ParameterName: jsii.String(name), StringValue: jsii.String(value), Description: jsii.String(description),
	})
}

func streamParameter(c deployment.Customer) string { return "/" + c.Prefix() + "/stream-arn" }

func keyParameter(c deployment.Customer) string { return "/" + c.Prefix() + "/key-arn" }

// units returns the cap of request units, nil for none.
func units(n int) *float64 {
	if n == 0 {
		return nil
	}
	return jsii.Number(n)
}
