package stack

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// FunctionProps are the inputs of NewFunction.
type FunctionProps struct {
	Customer    deployment.Customer
	Entry       deployment.Function
	Options     Options
	KeyArn      string // of the table's customer managed key, or empty
	Environment map[string]string
}

// NewFunction creates a function with its own log group and its own role.
func NewFunction(scope constructs.Construct, p FunctionProps) awslambda.Function {
	s, c, f := awscdk.Stack_Of(scope), p.Customer, p.Entry
	here := constructs.NewConstruct(scope, jsii.String(f.Name))
	name := c.Prefix() + "-" + f.Name
	logs := newLogGroup(here, "Logs", "/aws/lambda/"+name, c.LogRetentionDays)
	role := newRole(here, s, p, *logs.LogGroupArn())
	props := &awslambda.FunctionProps{
		FunctionName: jsii.String(name), Description: jsii.String("scimstack: " + f.Purpose),
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(jsii.String(p.Options.asset(c.Asset(f))), nil),
		Architecture: architecture(p.Options.Arch), Role: role, LogGroup: logs,
		MemorySize: jsii.Number(f.MemoryMB), Timeout: awscdk.Duration_Seconds(jsii.Number(f.Seconds)),
		Environment: environment(p), Tracing: awslambda.Tracing_DISABLED,
	}
	if c.ReservedConcurrency > 0 && len(f.Routes) > 0 {
		props.ReservedConcurrentExecutions = jsii.Number(c.ReservedConcurrency)
	}
	if c.Tracing {
		props.Tracing = awslambda.Tracing_ACTIVE
		acceptWildcard(here, "Resource::*", "PutTraceSegments and PutTelemetryRecords of X-Ray do not support resource-level permissions")
	}
	return awslambda.NewFunction(here, jsii.String("Function"), props)
}

// newRole creates a role that can write the function's own logs and has the access to the table
// that its entry in the list declares.
func newRole(here constructs.Construct, s awscdk.Stack, p FunctionProps, logs string) awsiam.Role {
	c, f := p.Customer, p.Entry
	role := awsiam.NewRole(here, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("scimstack: the function " + f.Name + " of " + c.Name),
	})
	role.AddToPolicy(allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, []string{logs}, nil))
	for _, statement := range append(tableRights(s, c, f.Access), denyControl(tableArn(s, c), f.Access)...) {
		role.AddToPolicy(statement)
	}
	if p.KeyArn != "" {
		role.AddToPolicy(keyRights(s, p.KeyArn))
	}
	// The ARN of a log group ends in ":*", which matches its log streams.
	acceptWildcard(here, "Resource::<"+*s.GetLogicalId(logGroupOf(here))+".Arn>", "matches only the log streams of the function's own log group")
	return role
}

func logGroupOf(here constructs.Construct) awscdk.CfnElement {
	return here.Node().FindChild(jsii.String("Logs")).Node().DefaultChild().(awscdk.CfnElement)
}

func environment(p FunctionProps) *map[string]*string {
	out := map[string]*string{
		"SCIMSTACK_TABLE":         jsii.String(p.Customer.TableName()),
		"SCIMSTACK_LOG_LEVEL":     jsii.String(p.Customer.LogLevel),
		"SCIMSTACK_ACTIVITY":      jsii.String(p.Customer.Activity),
		"SCIMSTACK_ACTIVITY_DAYS": jsii.String(strconv.Itoa(p.Customer.ActivityRetentionDays)),
		"SCIMSTACK_FEED_DAYS":     jsii.String(strconv.Itoa(p.Customer.FeedDays)),
		// A soft limit below the function's memory makes Go collect garbage more often instead of
		// running out of memory.
		"GOMEMLIMIT": jsii.String(strconv.Itoa(p.Entry.MemoryMB*85/100) + "MiB"),
	}
	if p.Options.Endpoint != "" {
		out["AWS_ENDPOINT_URL_DYNAMODB"] = jsii.String(p.Options.Endpoint)
	}
	for k, v := range p.Environment {
		out[k] = jsii.String(v)
	}
	return &out
}

func architecture(arch string) awslambda.Architecture {
	if arch == "x86_64" {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

// newLogGroup creates a log group with a retention period. It is deleted with its stack.
func newLogGroup(scope constructs.Construct, id, name string, days int) awslogs.LogGroup {
	g := awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{
		LogGroupName: jsii.String(name), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// The CDK's RetentionDays enumeration cannot be created from a number of days.
	g.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(days))
	return g
}
