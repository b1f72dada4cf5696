package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// NewTenantSessions creates a role whose sessions are limited to one tenant: a session with the
// tag "tid" reaches the items of that tenant only, whatever key the code asks for. The roles of
// the functions can assume it and must set the tag. A session lasts at most one hour.
func NewTenantSessions(scope constructs.Construct, c deployment.Customer, functions []awsiam.IRole, keyArn string) awsiam.Role {
	here, s := constructs.NewConstruct(scope, jsii.String("TenantSessions")), awscdk.Stack_Of(scope)
	trusted := make([]awsiam.IPrincipal, len(functions))
	for i, r := range functions {
		trusted[i] = r
	}
	tagged := map[string]any{"StringLike": map[string]any{"aws:RequestTag/tid": "?*"}}
	role := awsiam.NewRole(here, jsii.String("Role"), &awsiam.RoleProps{
		RoleName: jsii.String(c.Prefix() + "-tenant"), Description: jsii.String("scimstack: access to the items of the tenant that the session tag tid names"),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(1)),
		AssumedBy:          awsiam.NewCompositePrincipal(trusted...).WithConditions(&tagged).WithSessionTags(),
	})
	only := leadingKeys([]string{"T#${aws:PrincipalTag/tid}#*"})
	arn := tableArn(s, c)
	role.AddToPolicy(allow(append(append([]string{}, itemReads...), itemWrites...), []string{arn}, only))
	role.AddToPolicy(allow([]string{"dynamodb:Query"}, []string{arn + "/index/GSI1"}, only))
	role.AddToPolicy(denyTenants(s, c))
	if keyArn != "" {
		role.AddToPolicy(keyRights(s, keyArn))
	}
	return role
}
