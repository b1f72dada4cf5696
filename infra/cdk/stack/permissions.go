package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// What a function may do with items. There is no Scan, no PartiQL and no right over the table
// itself. A transaction is allowed by the actions of the items in it.
var (
	itemReads  = []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
	itemWrites = []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem"}
)

// tableRights are the statements of a function about the table and its index.
func tableRights(s awscdk.Stack, c deployment.Customer, access deployment.Access) []awsiam.PolicyStatement {
	arn := tableArn(s, c)
	if access == deployment.TenantItems || access == deployment.LogReader {
		// Discovery answers from the tenant's settings and checks tokens; the log's function
		// reads the log too. LeadingKeys is the narrowest that DynamoDB has: it compares the
		// partition key. What follows the tenant in it says what the item is, and no tenant's
		// name holds '#'. Records are added with batches.
		log := perTenant(c, "A", "A#*")
		readable := perTenant(c, "CFG", "TOK")
		if access == deployment.LogReader {
			readable = append(readable, log...)
		}
		return []awsiam.PolicyStatement{
			allow(itemReads, []string{arn}, leadingKeys(readable)),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, leadingKeys(log)),
		}
	}
	var keys map[string]any
	if len(c.Tenants) > 0 {
		keys = leadingKeys(perTenant(c, "*"))
	}
	return []awsiam.PolicyStatement{
		allow(append(append([]string{}, itemReads...), itemWrites...), []string{arn}, keys),
		allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, keys),
	}
}

// perTenant are patterns of partition keys: of the deployment's tenants, or of all.
func perTenant(c deployment.Customer, suffixes ...string) []string {
	tenants := c.Tenants
	if len(tenants) == 0 {
		tenants = []string{"*"}
	}
	var out []string
	for _, t := range tenants {
		for _, suffix := range suffixes {
			out = append(out, "T#"+t+"#"+suffix)
		}
	}
	return out
}

// leadingKeys holds a statement to partition keys. ForAllValues is true where a request names
// no key at all, so Null asks for one.
func leadingKeys(patterns []string) map[string]any {
	return map[string]any{
		"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": patterns},
		"Null":                    map[string]any{"dynamodb:LeadingKeys": "false"},
	}
}

// keyRights let a function use the table's key, through DynamoDB only.
func keyRights(s awscdk.Stack, keyArn string) awsiam.PolicyStatement {
	return allow([]string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		[]string{keyArn}, map[string]any{"StringEquals": map[string]any{"kms:ViaService": "dynamodb." + *s.Region() + ".amazonaws.com"}})
}

func allow(actions, resources []string, conditions map[string]any) awsiam.PolicyStatement {
	props := &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...)}
	if conditions != nil {
		props.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(props)
}

func tableArn(s awscdk.Stack, c deployment.Customer) string {
	return *s.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("dynamodb"), Resource: jsii.String("table"), ResourceName: jsii.String(c.TableName()),
	})
}
