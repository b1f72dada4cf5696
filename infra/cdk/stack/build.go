package stack

import (
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// Options are the properties of a build that do not belong to the customer.
type Options struct {
	// Arch is "arm64" or "x86_64". Local runs on an x86-64 machine need the latter.
	Arch string
	// Assets is the folder with <arch>/<function>/bootstrap.
	Assets string
	// Endpoint, if set, is the URL of the DynamoDB that the functions use, for local runs.
	Endpoint string
}

// Stacks is the result of Build. Data is nil if the customer uses an existing table.
type Stacks struct {
	Data    awscdk.Stack
	Service awscdk.Stack
}

// Build adds the stacks of a customer to an app. The rules of cdk-nag are checked at synthesis.
func Build(app awscdk.App, c deployment.Customer, o Options) Stacks {
	var out Stacks
	env := &awscdk.Environment{Account: jsii.String(c.Account), Region: jsii.String(c.Region)}
	if c.Table.Existing == nil {
		out.Data = awscdk.NewStack(app, jsii.String(c.Prefix()+"-data"), &awscdk.StackProps{
			Env: env, StackName: jsii.String(c.Prefix() + "-data"),
			Description:           jsii.String("scimstack: the table of " + c.Name),
			TerminationProtection: jsii.Bool(c.Table.DeletionProtection),
		})
		NewTable(out.Data, c)
	}
	out.Service = awscdk.NewStack(app, jsii.String(c.Prefix()), &awscdk.StackProps{
		Env: env, StackName: jsii.String(c.Prefix()),
		Description: jsii.String("scimstack: the SCIM service of " + c.Name),
	})
	newService(out.Service, c, o)
	if out.Data != nil {
		out.Service.AddDependency(out.Data, jsii.String("the SSM parameter with the stream's ARN"))
	}
	for _, s := range []awscdk.Stack{out.Data, out.Service} {
		if s != nil {
			tag(s, c)
			awscdk.Aspects_Of(s).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
		}
	}
	return out
}

func tag(s awscdk.Stack, c deployment.Customer) {
	tags := awscdk.Tags_Of(s)
	tags.Add(jsii.String("service"), jsii.String("scimstack"), nil)
	tags.Add(jsii.String("customer"), jsii.String(c.Name), nil)
	tags.Add(jsii.String("stage"), jsii.String(c.Stage), nil)
	for k, v := range c.Tags {
		tags.Add(jsii.String(k), jsii.String(v), nil)
	}
}

func (o Options) asset(function string) string { return filepath.Join(o.Assets, o.Arch, function) }
