package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// tenantRoleName returns the name of the role whose sessions a function with this access takes.
func tenantRoleName(c deployment.Customer, access deployment.Access) string {
	switch access {
	case deployment.TenantItems:
		return c.Prefix() + "-tenant-discovery"
	case deployment.LogReader:
		return c.Prefix() + "-tenant-log"
	case deployment.Authorizer:
		return c.Prefix() + "-tenant-oauth"
	case deployment.Consumer:
		return c.Prefix() + "-tenant-stream"
	case deployment.Sender:
		return c.Prefix() + "-tenant-webhooks"
	}
	return c.Prefix() + "-tenant"
}

// tenantRoleArn is computed from the name, because the functions' environment must not depend on the
// role, which depends on the roles of the functions.
func tenantRoleArn(s awscdk.Stack, c deployment.Customer, access deployment.Access) string {
	return *s.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""), Resource: jsii.String("role"), ResourceName: jsii.String(tenantRoleName(c, access)),
	})
}

// NewTenantSessions creates the roles whose sessions are limited to one tenant: a session with the
// tag "tid" reaches the items of that tenant only, whatever key the code asks for, and never writes
// its settings and tokens. There is one role for each kind of access, so that a session allows no
// more than the function needs. The roles of the functions can assume theirs and must set the tag, to
// one of the tenants of the customer file if it lists any. A session lasts at most one hour.
func NewTenantSessions(scope constructs.Construct, c deployment.Customer, functions map[deployment.Access][]awsiam.IRole, keyArn string) {
	here, s := constructs.NewConstruct(scope, jsii.String("TenantSessions")), awscdk.Stack_Of(scope)
	for _, p := range []sessionProps{
		{c, deployment.ReadWrite, functions[deployment.ReadWrite], keyArn},
		{c, deployment.Consumer, functions[deployment.Consumer], keyArn},
		{c, deployment.Sender, functions[deployment.Sender], keyArn},
		{c, deployment.TenantItems, functions[deployment.TenantItems], keyArn},
		{c, deployment.LogReader, functions[deployment.LogReader], keyArn},
		{c, deployment.Authorizer, functions[deployment.Authorizer], keyArn},
	} {
		if len(p.functions) > 0 {
			newTenantRole(here, s, p)
		}
	}
}

type sessionProps struct {
	customer  deployment.Customer
	access    deployment.Access
	functions []awsiam.IRole
	keyArn    string
}

func newTenantRole(here constructs.Construct, s awscdk.Stack, p sessionProps) {
	trusted := make([]awsiam.IPrincipal, len(p.functions))
	for i, r := range p.functions {
		trusted[i] = r
	}
	tenants := p.customer.Tenants
	if len(tenants) == 0 || p.access == deployment.Consumer { // the stream has the records of all tenants
		tenants = []string{"?*"}
	}
	tagged := map[string]any{"StringLike": map[string]any{"aws:RequestTag/tid": tenants}}
	id := map[deployment.Access]string{deployment.ReadWrite: "Role", deployment.TenantItems: "DiscoveryRole", deployment.LogReader: "LogRole", deployment.Authorizer: "OAuthRole", deployment.Consumer: "StreamRole", deployment.Sender: "WebhooksRole"}[p.access]
	role := awsiam.NewRole(here, jsii.String(id), &awsiam.RoleProps{
		RoleName: jsii.String(tenantRoleName(p.customer, p.access)), Description: jsii.String("scimstack: access to the items of the tenant that the session tag tid names"),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(1)),
		AssumedBy:          awsiam.NewCompositePrincipal(trusted...).WithConditions(&tagged).WithSessionTags(),
	})
	for _, statement := range append(sessionRights(tableArn(s, p.customer), p.access), denyControl(tableArn(s, p.customer), p.access)...) {
		role.AddToPolicy(statement)
	}
	if p.keyArn != "" {
		role.AddToPolicy(keyRights(s, p.keyArn))
	}
	for _, r := range p.functions {
		r.AddToPrincipalPolicy(allow([]string{"sts:AssumeRole", "sts:TagSession"}, []string{*role.RoleArn()}, nil))
	}
}

// sessionRights returns the statements of a tenant's role.
func sessionRights(arn string, access deployment.Access) []awsiam.PolicyStatement {
	of := func(suffixes ...string) map[string]any {
		var patterns []string
		for _, suffix := range suffixes {
			patterns = append(patterns, "T#${aws:PrincipalTag/tid}#"+suffix)
		}
		return leadingKeys(patterns)
	}
	switch access {
	case deployment.Authorizer: // assertions are noted with the function's own role, before the client is known
		return []awsiam.PolicyStatement{allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, of("A", "A#*"))}
	case deployment.Sender: // of a webhook that is paused, the log has a record
		return []awsiam.PolicyStatement{
			allow(itemReads, []string{arn}, of(feedReads...)),
			allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, of("R#*")),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, of("A", "A#*")),
			allow([]string{"dynamodb:UpdateItem"}, []string{arn}, of("A")),
		}
	case deployment.TenantItems, deployment.LogReader:
		list := []awsiam.PolicyStatement{
			// A token that is linked to a user is valid while the user is active.
			allow([]string{"dynamodb:GetItem"}, []string{arn}, of("E#User#*")),
			allow([]string{"dynamodb:BatchWriteItem"}, []string{arn}, of("A", "A#*")),
			allow([]string{"dynamodb:UpdateItem"}, []string{arn}, of("A")),
		}
		if access == deployment.LogReader {
			list = append(list, allow(itemReads, []string{arn}, of(append([]string{"A", "A#*"}, feedReads...)...)),
				allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, of("R#*")))
		}
		return list
	}
	return []awsiam.PolicyStatement{
		allow(append(append([]string{}, itemReads...), itemWrites...), []string{arn}, of("*")),
		allow([]string{"dynamodb:GetItem"}, []string{arn}, leadingKeys([]string{versionItem})),
		allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, of("*")),
	}
}
