package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// The actions on items that a role can allow. There is no Scan, no PartiQL and no action on the
// table itself. A transaction needs the actions of the items in it, no action of its own.
var (
	itemReads  = []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
	itemWrites = []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem"}
)

// tableRights returns the policy statements that give a function its access to the table and the
// index.
func tableRights(s awscdk.Stack, c deployment.Customer, access deployment.Access) []awsiam.PolicyStatement {
	arn := tableArn(s, c)
	if access == deployment.Administrator {
		return administratorRights(arn, c)
	}
	if access == deployment.Sender {
		return senderRights(arn, c)
	}
	if c.TenantSessions { // everything else is reached with a session of the tenant's role
		if access == deployment.Consumer {
			return consumerRights(arn, c)
		}
		own := []awsiam.PolicyStatement{
			allow([]string{"dynamodb:GetItem", "dynamodb:Query"}, []string{arn}, leadingKeys(append(perTenant(c, "CFG", "TOK"), versionItem))),
			touch(arn, c),
		}
		if access == deployment.Authorizer {
			own = append(own, onceRights(arn, c))
		}
		return own
	}
	if access == deployment.Authorizer {
		return []awsiam.PolicyStatement{
			allow(itemReads, []string{arn}, leadingKeys(append(perTenant(c, "CFG", "TOK"), versionItem))),
			onceRights(arn, c),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, leadingKeys(perTenant(c, "A", "A#*"))),
			allow([]string{"dynamodb:UpdateItem"}, []string{arn}, leadingKeys(perTenant(c, "A"))),
			touch(arn, c),
		}
	}
	if access == deployment.TenantItems || access == deployment.LogReader {
		// Discovery needs the tenant's settings and tokens; the log function reads the log too.
		// LeadingKeys is the narrowest condition of DynamoDB: it compares the partition key. The
		// segment after the tenant id is the kind of the item, and no tenant id contains '#'.
		// Log records are added with BatchWriteItem, and counts of requests with UpdateItem.
		log := perTenant(c, "A", "A#*")
		readable := append(perTenant(c, "CFG", "TOK"), versionItem)
		if access == deployment.LogReader {
			readable = append(append(readable, log...), perTenant(c, feedReads...)...)
		}
		list := []awsiam.PolicyStatement{
			allow(itemReads, []string{arn}, leadingKeys(readable)),
			// A token that is linked to a user is valid while the user is active.
			allow([]string{"dynamodb:GetItem"}, []string{arn}, leadingKeys(perTenant(c, "E#User#*"))),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, leadingKeys(log)),
			allow([]string{"dynamodb:UpdateItem"}, []string{arn}, leadingKeys(perTenant(c, "A"))),
			touch(arn, c),
		}
		if access == deployment.LogReader {
			list = append(list, allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, leadingKeys(perTenant(c, "R#*"))))
		}
		return list
	}
	var keys map[string]any
	// The stream has the records of every tenant of the table: one that the stream function may not process would be
	// repeated until it is a dead letter, and hold up all others.
	if len(c.Tenants) > 0 && access != deployment.Consumer {
		keys = leadingKeys(append(perTenant(c, "*"), versionItem))
	}
	return []awsiam.PolicyStatement{
		allow(append(append([]string{}, itemReads...), itemWrites...), []string{arn}, keys),
		allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, keys),
	}
}

// feedReads are what the feed and its snapshots are read from: entries, resources with their indexes, edges, counters.
var feedReads = []string{"F#*", "E#*", "X#*", "M#*", "N"}

// onceRights allows to note that an assertion was used, and nothing else; see onceKey in pkg/dynamo/keys.go.
func onceRights(arn string, c deployment.Customer) awsiam.PolicyStatement {
	return allow([]string{"dynamodb:PutItem"}, []string{arn}, leadingKeys(perTenant(c, "J")))
}

// touch allows to write when a token or client was last used, and nothing else of it.
func touch(arn string, c deployment.Customer) awsiam.PolicyStatement {
	conditions := leadingKeys(perTenant(c, "TOK"))
	conditions["ForAllValues:StringLike"].(map[string]any)["dynamodb:Attributes"] = lastUse //nolint:forcetypeassert // of leadingKeys
	conditions["Null"].(map[string]any)["dynamodb:Attributes"] = "false"                    //nolint:forcetypeassert // of leadingKeys
	return allow([]string{"dynamodb:UpdateItem"}, []string{arn}, conditions)
}

// administratorRights returns what the administration reaches: everything of the tenants, their list, and webhooks. It has
// no sessions of tenants, because it changes their settings and credentials.
func administratorRights(arn string, c deployment.Customer) []awsiam.PolicyStatement {
	var keys, listed map[string]any
	if len(c.Tenants) > 0 {
		keys = leadingKeys(append(append(perTenant(c, "*"), versionItem, formerFeeds), hookKeys...))
		listed = leadingKeys(append(perTenant(c, "*"), "TENANTS"))
	}
	return []awsiam.PolicyStatement{
		allow(append(append([]string{}, itemReads...), itemWrites...), []string{arn}, keys),
		allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, listed),
	}
}

// versionItem is the partition key of the item with the table's format, which every function reads.
const versionItem = "T#~#CFG"

// formerFeeds is the partition of what is kept of deleted tenants. See formerFeedKey in pkg/dynamo.
const formerFeeds = "T#~#OLD"

// consumerRights returns what the stream function reaches without the session of a tenant: the table's
// format, and the names of the tenants, which the nightly recount needs unless the customer file lists
// them.
func consumerRights(arn string, c deployment.Customer) []awsiam.PolicyStatement {
	rights := []awsiam.PolicyStatement{allow([]string{"dynamodb:GetItem"}, []string{arn}, leadingKeys([]string{versionItem}))}
	if len(c.Tenants) == 0 {
		rights = append(rights, allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, leadingKeys([]string{"TENANTS"})))
	}
	return rights
}

// perTenant returns patterns of partition keys, for the tenants of the customer file or, if it
// lists none, for all tenants.
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

// leadingKeys restricts a statement to partition keys. ForAllValues is also true if a request
// names no key, so the Null condition requires one.
func leadingKeys(patterns []string) map[string]any {
	return map[string]any{
		"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": patterns},
		"Null":                    map[string]any{"dynamodb:LeadingKeys": "false"},
	}
}

// keyRights allows a function to use the table's KMS key, through DynamoDB only.
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

// senderRights returns what the function webhooks reaches: the feed of changes and what its facts show, positions of
// consumers, and webhooks with their secrets. Facts are read with the session of a tenant, if there are sessions.
func senderRights(arn string, c deployment.Customer) []awsiam.PolicyStatement {
	settings, index := append(perTenant(c, "CFG", "TOK"), versionItem), []string{}
	if len(c.Tenants) == 0 {
		index = append(index, "TENANTS")
	}
	kept := append(append(perTenant(c, "W"), "T#~#W"), hookKeys...)
	list := []awsiam.PolicyStatement{
		allow([]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}, []string{arn}, leadingKeys(kept)),
	}
	if c.TenantSessions {
		list = append(list, allow([]string{"dynamodb:GetItem", "dynamodb:Query"}, []string{arn}, leadingKeys(settings)))
	} else {
		index = append(index, perTenant(c, "R#*")...)
		list = append(list,
			allow(itemReads, []string{arn}, leadingKeys(append(settings, perTenant(c, feedReads...)...))),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, leadingKeys(perTenant(c, "A", "A#*"))),
			allow([]string{"dynamodb:UpdateItem"}, []string{arn}, leadingKeys(perTenant(c, "A"))))
	}
	if len(index) > 0 {
		list = append(list, allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, leadingKeys(index)))
	}
	return list
}
