package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// indexStates are the attributes of the settings of a tenant that a build of indexes writes.
var indexStates = []string{"PK", "SK", "ix", "ixv", "need"}

// lastUse are the attributes of a token or client that every function may write: when it was last used.
var lastUse = []string{"PK", "SK", "u"}

// denyControl forbids to change the settings and tokens of any tenant, operator tokens, and the table's format,
// whatever other statements allow. So a fault in a function that answers requests cannot create a token. A single
// such key among those of a request is enough. Only the stream function, which builds indexes, updates
// settings, and of them the states of indexes alone. The functions that answer requests update tokens, and
// of them the last use alone: a fault that writes it reveals and changes nothing. The administration, which IAM
// guards, changes all but the format. See settingsKey and tokenKey in pkg/dynamo/keys.go.
func denyControl(arn string, access deployment.Access) []awsiam.PolicyStatement {
	deny := func(actions []string, conditions map[string]any) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect: awsiam.Effect_DENY, Actions: jsii.Strings(actions...), Resources: jsii.Strings(arn), Conditions: &conditions,
		})
	}
	control := map[string]any{"dynamodb:LeadingKeys": []string{"T#*#CFG", "T#*#TOK", "T#*#OPS"}}
	writes := deny([]string{"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}, map[string]any{"ForAnyValue:StringLike": control})
	if access == deployment.Administrator { // it is what changes them
		return []awsiam.PolicyStatement{deny(
			[]string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"},
			map[string]any{"ForAnyValue:StringLike": map[string]any{"dynamodb:LeadingKeys": []string{versionItem}}})}
	}
	if access == deployment.ReadWrite || access == deployment.Consumer {
		return append(denyChanges(writes, deny, access), deny(append(append([]string{}, itemReads...), itemWrites...),
			map[string]any{"ForAnyValue:StringLike": map[string]any{"dynamodb:LeadingKeys": hookKeys}}))
	}
	return denyChanges(writes, deny, access)
}

// hookKeys are the partitions of webhooks: their secrets, and what waits. See pkg/feed/dynamofeed.
var hookKeys = []string{"T#~#HOOKS", "T#~#HOOK#*"}

// denyChanges are the statements about updates of settings and tokens.
func denyChanges(writes awsiam.PolicyStatement, deny func([]string, map[string]any) awsiam.PolicyStatement, access deployment.Access) []awsiam.PolicyStatement {
	if access != deployment.Consumer {
		return []awsiam.PolicyStatement{
			writes,
			deny([]string{"dynamodb:UpdateItem"}, map[string]any{"ForAnyValue:StringLike": map[string]any{"dynamodb:LeadingKeys": []string{"T#*#CFG", "T#*#OPS"}}}),
			deny([]string{"dynamodb:UpdateItem"}, map[string]any{
				"ForAnyValue:StringLike":      map[string]any{"dynamodb:LeadingKeys": []string{"T#*#TOK"}},
				"ForAnyValue:StringNotEquals": map[string]any{"dynamodb:Attributes": lastUse},
			}),
		}
	}
	return []awsiam.PolicyStatement{
		writes,
		deny([]string{"dynamodb:UpdateItem"}, map[string]any{"ForAnyValue:StringLike": map[string]any{"dynamodb:LeadingKeys": []string{versionItem, "T#*#TOK", "T#*#OPS"}}}),
		deny([]string{"dynamodb:UpdateItem"}, map[string]any{
			"ForAnyValue:StringLike":      map[string]any{"dynamodb:LeadingKeys": []string{"T#*#CFG"}},
			"ForAnyValue:StringNotEquals": map[string]any{"dynamodb:Attributes": indexStates},
		}),
	}
}
