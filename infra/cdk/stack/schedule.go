package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// NewRecountSchedule invokes the stream function every ten minutes from 1 to 3 o'clock UTC, so that it
// recounts the tenants. An invocation continues where the one before it ended; once all tenants are
// recounted, the others of the night do nothing.
func NewRecountSchedule(scope constructs.Construct, c deployment.Customer, f awslambda.Function) awsevents.Rule {
	tenants := map[string]any{}
	if len(c.Tenants) > 0 { // its role cannot list the others
		tenants["tenants"] = c.Tenants
	}
	return awsevents.NewRule(scope, jsii.String("Recount"), &awsevents.RuleProps{
		Description: jsii.String("scimstack: nightly recount of the counters of " + c.Name),
		Schedule:    awsevents.Schedule_Cron(&awsevents.CronOptions{Minute: jsii.String("0/10"), Hour: jsii.String("1-2")}),
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(f, &awseventstargets.LambdaFunctionProps{
			Event: awsevents.RuleTargetInput_FromObject(map[string]any{"recount": tenants}), RetryAttempts: jsii.Number(0),
		})},
	})
}

// NewHealthSchedule invokes the stream function every hour, so that it looks at the connections of the
// tenants and writes the metrics of the alarms Failing, Silent and Expiring.
func NewHealthSchedule(scope constructs.Construct, c deployment.Customer, f awslambda.Function) awsevents.Rule {
	tenants := map[string]any{}
	if len(c.Tenants) > 0 { // its role cannot list the others
		tenants["tenants"] = c.Tenants
	}
	return awsevents.NewRule(scope, jsii.String("Health"), &awsevents.RuleProps{
		Description: jsii.String("scimstack: hourly look at the connections of " + c.Name),
		Schedule:    awsevents.Schedule_Cron(&awsevents.CronOptions{Minute: jsii.String("17")}),
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(f, &awseventstargets.LambdaFunctionProps{
			Event: awsevents.RuleTargetInput_FromObject(map[string]any{"health": tenants}), RetryAttempts: jsii.Number(0),
		})},
	})
}
