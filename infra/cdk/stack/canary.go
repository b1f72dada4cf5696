package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// liveAlias is the alias that the gateway invokes if the customer file has a canary.
const liveAlias = "live"

// newAlias points the alias of a function at its current version.
func newAlias(fn awslambda.Function) awslambda.Alias {
	return awslambda.NewAlias(fn, jsii.String("Live"), &awslambda.AliasProps{AliasName: jsii.String(liveAlias), Version: fn.CurrentVersion()})
}

// newCanary lets CodeDeploy shift the traffic of each alias to a new version. It shifts back if one of the alarms is
// raised meanwhile: the function's own errors, or 5xx of the API. The stream function has no alias; its event source
// repeats what fails.
func newCanary(s awscdk.Stack, c deployment.Customer, aliases map[string]awslambda.Alias, alarms map[string]awscloudwatch.CfnAlarm) {
	here := constructs.NewConstruct(s, jsii.String("Canary"))
	app := awscodedeploy.NewLambdaApplication(here, jsii.String("Application"), &awscodedeploy.LambdaApplicationProps{ApplicationName: jsii.String(c.Prefix())})
	config := awscodedeploy.LambdaDeploymentConfig_FromLambdaDeploymentConfigName(here, jsii.String("Config"), jsii.String(c.CanaryConfig()))
	for _, f := range c.Deployed() {
		alias := aliases[f.Name]
		if alias == nil {
			continue
		}
		raised := []awscloudwatch.CfnAlarm{alarms["ServerErrors"], alarms[title(f.Name)+"Errors"]}
		var watched []interfacesawscloudwatch.IAlarmRef
		for _, a := range raised {
			watched = append(watched, awscloudwatch.Alarm_FromAlarmArn(here, jsii.String(f.Name+*a.Node().Id()), a.AttrArn()))
		}
		group := awscodedeploy.NewLambdaDeploymentGroup(here, jsii.String(f.Name), &awscodedeploy.LambdaDeploymentGroupProps{
			Application: app, Alias: alias, DeploymentConfig: config, DeploymentGroupName: jsii.String(c.Prefix() + "-" + f.Name), Alarms: &watched,
			AutoRollback: &awscodedeploy.AutoRollbackConfig{FailedDeployment: jsii.Bool(true), StoppedDeployment: jsii.Bool(true), DeploymentInAlarm: jsii.Bool(true)},
		})
		accept(group, "AwsSolutions-IAM4", "AWS maintains the policy of CodeDeploy for Lambda; it reaches aliases, alarms and topics only")
	}
}

func title(name string) string { return string(name[0]-'a'+'A') + name[1:] }
