package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLogAccount gives API Gateway the right to write access logs of REST APIs. It is a setting of the account and region, which
// a stage with an access log requires; HTTP APIs do not. Role and setting stay when the stack is deleted, because
// other REST APIs of the account may have come to rely on them.
func newLogAccount(scope constructs.Construct) awsapigateway.CfnAccount {
	here := constructs.NewConstruct(scope, jsii.String("LogAccount"))
	role := awsiam.NewRole(here, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("service-role/AmazonAPIGatewayPushToCloudWatchLogs")),
		},
		Description: jsii.String("scimstack: API Gateway writes the access logs of this account's REST APIs"),
	})
	accept(role, "AwsSolutions-IAM4", "API Gateway checks that the role has the rights of this policy of AWS, which contains nothing but the logs")
	account := awsapigateway.NewCfnAccount(here, jsii.String("Account"), &awsapigateway.CfnAccountProps{CloudWatchRoleArn: role.RoleArn()})
	role.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)
	account.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, nil)
	return account
}
