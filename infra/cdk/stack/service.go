package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// newService creates the resources of the stateless stack.
func newService(s awscdk.Stack, c deployment.Customer, o Options) {
	streamArn, keyArn := tableFacts(s, c)
	api := newAPI(s, c)
	functions := map[string]awslambda.Function{}
	facts := newFacts(s, c, o)
	roles := map[deployment.Access][]awsiam.IRole{}
	aliases := map[string]awslambda.Alias{}
	for _, f := range c.Deployed() {
		p := FunctionProps{Customer: c, Entry: f, Options: o, KeyArn: keyArn, Environment: map[string]string{}}
		if len(f.Routes) > 0 {
			p.Environment["SCIMSTACK_PUBLIC_BASE"] = api.publicBase
		}
		if c.TenantSessions && f.Access != deployment.Administrator {
			p.Environment["SCIMSTACK_TENANT_ROLE"] = tenantRoleArn(s, c, f.Access)
			if o.Endpoint != "" {
				p.Environment["AWS_ENDPOINT_URL_STS"] = o.Endpoint // an emulator has both
			}
		}
		facts.environment(f, p.Environment)
		fn := NewFunction(s, p)
		functions[f.Name] = fn
		roles[f.Access] = append(roles[f.Access], fn.Role())
		if f.Access == deployment.Sender {
			facts.send(fn)
			continue
		}
		if f.Access == deployment.Consumer {
			facts.wake(fn)
			NewStreamSource(s, c, fn, streamArn)
			NewRecountSchedule(s, c, fn)
			NewHealthSchedule(s, c, fn)
			continue
		}
		if c.Canary == "" {
			api.route(f, *fn.FunctionName(), *fn.FunctionArn())
			continue
		}
		aliases[f.Name] = newAlias(fn)
		api.route(f, *aliases[f.Name].FunctionArn(), *aliases[f.Name].FunctionArn())
	}
	api.finish()
	if c.TenantSessions {
		NewTenantSessions(s, c, roles, keyArn)
	}
	alarms := observe(s, c, api, functions)
	if c.Canary != "" {
		newCanary(s, c, aliases, alarms)
	}
	awscdk.NewCfnOutput(s, jsii.String("BaseURL"), &awscdk.CfnOutputProps{Value: jsii.String(api.publicBase), Description: jsii.String("Base URL; append the tenant id")})
	awscdk.NewCfnOutput(s, jsii.String("ApiId"), &awscdk.CfnOutputProps{Value: jsii.String(api.id), Description: jsii.String("Id of the gateway")})
	if c.Gateway == deployment.REST {
		awscdk.NewCfnOutput(s, jsii.String("Stage"), &awscdk.CfnOutputProps{Value: jsii.String(restStage), Description: jsii.String("Stage of the gateway")})
	}
	awscdk.NewCfnOutput(s, jsii.String("TableName"), &awscdk.CfnOutputProps{Value: jsii.String(c.TableName()), Description: jsii.String("DynamoDB table, for scimstack --table")})
}

// tableFacts returns the ARNs that cannot be computed from names. They come from the customer
// file, or from the SSM parameters of the stateful stack, which CloudFormation reads during the
// deployment.
func tableFacts(s awscdk.Stack, c deployment.Customer) (streamArn, keyArn string) {
	if e := c.Table.Existing; e != nil {
		return e.StreamArn, e.KeyArn
	}
	read := func(name string) string {
		return *awsssm.StringParameter_ValueForStringParameter(s, jsii.String(name), nil)
	}
	if c.Table.CustomerKey {
		keyArn = read(keyParameter(c))
	}
	return read(streamParameter(c)), keyArn
}
