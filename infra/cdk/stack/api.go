package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// API is the gateway of the service. Call route once for each function, then finish, which
// creates what depends on all routes.
type API struct {
	scope      constructs.Construct
	customer   deployment.Customer
	id         string // of the gateway; a CDK token
	publicBase string
	logs       awslogs.LogGroup
	http       awsapigatewayv2.CfnApi // of an HTTP API
	rest       *restRoutes            // of a REST API
}

// accessLog is the format of the access log, one line per request. It has no path and no query:
// ids and filters are personal data.
const accessLog = `{"requestId":"$context.requestId","time":"$context.requestTime","route":"$context.routeKey","status":"$context.status","bytes":"$context.responseLength","ms":"$context.responseLatency","error":"$context.error.message"}`

func newAPI(s awscdk.Stack, c deployment.Customer) *API {
	a := &API{scope: constructs.NewConstruct(s, jsii.String("Api")), customer: c}
	a.logs = newLogGroup(a.scope, "AccessLogs", "/scimstack/"+c.Name+"/access", c.LogRetentionDays)
	var host string
	if c.Gateway == deployment.REST {
		a.id, host = a.newREST(s)
	} else {
		a.http = awsapigatewayv2.NewCfnApi(a.scope, jsii.String("HttpApi"), &awsapigatewayv2.CfnApiProps{
			Name: jsii.String(c.Prefix()), ProtocolType: jsii.String("HTTP"),
			Description:               jsii.String("scimstack: SCIM 2.0 of " + c.Name),
			DisableExecuteApiEndpoint: jsii.Bool(c.Domain != nil),
		})
		a.id = *a.http.Ref()
		host = a.id + ".execute-api." + *s.Region() + "." + *s.UrlSuffix()
	}
	switch {
	case c.PublicBase != "":
		a.publicBase = c.PublicBase
	case c.Domain != nil:
		a.publicBase = "https://" + c.Domain.Name + "/scim/v2"
	default:
		a.publicBase = "https://" + host + "/scim/v2"
	}
	return a
}

// route adds the routes of a function, which name and arn identify; with an alias, both are the ARN of the alias. Both
// gateways choose the most specific matching route.
func (a *API) route(f deployment.Function, name, arn string) {
	s := awscdk.Stack_Of(a.scope)
	awslambda.NewCfnPermission(a.scope, jsii.String("Invoke-"+f.Name), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: jsii.String(name), Principal: jsii.String("apigateway.amazonaws.com"),
		SourceArn: jsii.String("arn:" + *s.Partition() + ":execute-api:" + *s.Region() + ":" + *s.Account() + ":" + a.id + "/*/*"),
	})
	if a.rest != nil {
		a.rest.add(a, f, arn)
		return
	}
	integration := awsapigatewayv2.NewCfnIntegration(a.scope, jsii.String("Integration-"+f.Name), &awsapigatewayv2.CfnIntegrationProps{
		ApiId: jsii.String(a.id), IntegrationType: jsii.String("AWS_PROXY"), IntegrationUri: jsii.String(arn),
		PayloadFormatVersion: jsii.String("2.0"), TimeoutInMillis: jsii.Number(30_000),
	})
	for _, path := range f.Paths() {
		route := awsapigatewayv2.NewCfnRoute(a.scope, jsii.String("Route "+path), &awsapigatewayv2.CfnRouteProps{
			ApiId: jsii.String(a.id), RouteKey: jsii.String("ANY " + path), AuthorizationType: authorization(f),
			Target: jsii.String("integrations/" + *integration.Ref()),
		})
		if !f.IAM {
			accept(route, "AwsSolutions-APIG4", inHandler)
		}
	}
}

// authorization says who checks a request first: IAM, or the handler.
func authorization(f deployment.Function) *string {
	if f.IAM {
		return jsii.String("AWS_IAM")
	}
	return jsii.String("NONE")
}

// inHandler explains why the routes have no authorizer.
const inHandler = "the handler authenticates every request, so that a rejected request gets a SCIM error and no authorizer cache can apply one tenant's decision to another tenant"

// finish creates the stage, and the custom domain if the customer has one.
func (a *API) finish() {
	if a.rest != nil {
		a.rest.finish(a)
		return
	}
	stage := awsapigatewayv2.NewCfnStage(a.scope, jsii.String("Stage"), &awsapigatewayv2.CfnStageProps{
		ApiId: jsii.String(a.id), StageName: jsii.String("$default"), AutoDeploy: jsii.Bool(true),
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{DestinationArn: a.logs.LogGroupArn(), Format: jsii.String(accessLog)},
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit: jsii.Number(a.customer.Throttle.Rate), ThrottlingBurstLimit: jsii.Number(a.customer.Throttle.Burst),
			DetailedMetricsEnabled: jsii.Bool(false),
		},
	})
	if d := a.customer.Domain; d != nil {
		name := newDomain(a.scope, d)
		mapping := awsapigatewayv2.NewCfnApiMapping(a.scope, jsii.String("Mapping"), &awsapigatewayv2.CfnApiMappingProps{
			ApiId: jsii.String(a.id), DomainName: name.Ref(), Stage: stage.Ref(),
		})
		mapping.AddDependency(stage)
	}
}
