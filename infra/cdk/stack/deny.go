package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// administered are the kinds of items that the command line writes and functions only read: settings and tokens. The kind
// is the segment after the tenant id of a partition key; see settingsKey and tokenKey in pkg/dynamo/keys.go.
var administered = []string{"CFG", "TOK"}

// denyTenants forbids to change settings and tokens, whatever other statements allow. So a fault in a function that
// answers requests cannot create a token. ForAnyValue: one such key in the request is enough.
func denyTenants(s awscdk.Stack, c deployment.Customer) awsiam.PolicyStatement {
	var keys []string
	for _, kind := range administered {
		keys = append(keys, "T#*#"+kind)
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:    awsiam.Effect_DENY,
		Actions:   jsii.Strings("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"),
		Resources: jsii.Strings(tableArn(s, c)),
		Conditions: &map[string]any{
			"ForAnyValue:StringLike": map[string]any{"dynamodb:LeadingKeys": keys},
		},
	})
}
