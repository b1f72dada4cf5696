package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

const restStage = "live"

// restRoutes collects the paths of a REST API, which is created from one OpenAPI document.
type restRoutes struct {
	api   awsapigateway.CfnRestApi
	paths map[string]any
	needs []string
}

func (a *API) newREST(s awscdk.Stack) (id, host string) {
	a.rest = &restRoutes{paths: map[string]any{}}
	a.rest.api = awsapigateway.NewCfnRestApi(a.scope, jsii.String("RestApi"), &awsapigateway.CfnRestApiProps{
		Name: jsii.String(a.customer.Prefix()), Description: jsii.String("scimstack: SCIM 2.0 of " + a.customer.Name),
		EndpointConfiguration:     &awsapigateway.CfnRestApi_EndpointConfigurationProperty{Types: jsii.Strings("REGIONAL")},
		DisableExecuteApiEndpoint: jsii.Bool(a.customer.Domain != nil),
	})
	accept(a.rest.api, "AwsSolutions-APIG2", "the handler validates every request and rejects an invalid one with a SCIM error")
	id = *a.rest.api.Ref()
	return id, id + ".execute-api." + *s.Region() + "." + *s.UrlSuffix() + "/" + restStage
}

func (r *restRoutes) add(s awscdk.Stack, f deployment.Function, fn awslambda.Function) {
	uri := "arn:" + *s.Partition() + ":apigateway:" + *s.Region() + ":lambda:path/2015-03-31/functions/" + *fn.FunctionArn() + "/invocations"
	for _, path := range f.Paths() {
		r.paths[path] = map[string]any{"x-amazon-apigateway-any-method": map[string]any{
			"responses":                       map[string]any{},
			"x-amazon-apigateway-integration": map[string]any{"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "passthroughBehavior": "when_no_match", "timeoutInMillis": 29_000},
		}}
		r.needs = append(r.needs, path)
	}
}

// gatewayErrors defines SCIM error bodies for the requests that the gateway itself rejects.
func gatewayErrors() map[string]any {
	out := map[string]any{}
	for kind, status := range map[string]string{"DEFAULT_4XX": "400", "DEFAULT_5XX": "500", "THROTTLED": "429", "REQUEST_TOO_LARGE": "413", "INTEGRATION_TIMEOUT": "504", "MISSING_AUTHENTICATION_TOKEN": "404", "WAF_FILTERED": "403"} {
		answer := map[string]any{"responseTemplates": map[string]any{
			"application/json": `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"` + status + `","detail":$context.error.messageString}`,
		}}
		if !strings.HasPrefix(kind, "DEFAULT_") {
			answer["statusCode"] = status
		}
		out[kind] = answer
	}
	return out
}

func (r *restRoutes) finish(a *API) {
	c := a.customer
	r.api.SetBody(map[string]any{
		"openapi": "3.0.1", "info": map[string]any{"title": c.Prefix(), "version": "2.0"},
		"paths": r.paths, "x-amazon-apigateway-gateway-responses": gatewayErrors(),
	})
	// A deployment is a snapshot of the API. Its logical id contains a hash of the routes, so that
	// a change of the routes creates a new snapshot.
	deployment := awsapigateway.NewCfnDeployment(a.scope, jsii.String("Deployment-"+fingerprint(r.needs)), &awsapigateway.CfnDeploymentProps{RestApiId: r.api.Ref()})
	stage := awsapigateway.NewCfnStage(a.scope, jsii.String("Stage"), &awsapigateway.CfnStageProps{
		RestApiId: r.api.Ref(), DeploymentId: deployment.Ref(), StageName: jsii.String(restStage), TracingEnabled: jsii.Bool(c.Tracing),
		AccessLogSetting: &awsapigateway.CfnStage_AccessLogSettingProperty{DestinationArn: a.logs.LogGroupArn(), Format: jsii.String(strings.Replace(accessLog, "$context.routeKey", "$context.httpMethod $context.resourcePath", 1))},
		MethodSettings: &[]any{&awsapigateway.CfnStage_MethodSettingProperty{
			HttpMethod: jsii.String("*"), ResourcePath: jsii.String("/*"), MetricsEnabled: jsii.Bool(false), LoggingLevel: jsii.String("OFF"),
			ThrottlingRateLimit: jsii.Number(c.Throttle.Rate), ThrottlingBurstLimit: jsii.Number(c.Throttle.Burst),
		}},
	})
	accept(stage, "AwsSolutions-APIG6", "execution logs would contain request bodies, which are personal data; the access log records every request")
	if !c.Firewall {
		accept(stage, "AwsSolutions-APIG3", "AWS WAF is switched off in the customer file")
	} else {
		firewall(a, r.api, stage)
	}
	if c.Domain != nil {
		name := newDomain(a.scope, c.Domain)
		awsapigatewayv2.NewCfnApiMapping(a.scope, jsii.String("Mapping"), &awsapigatewayv2.CfnApiMappingProps{ApiId: r.api.Ref(), DomainName: name.Ref(), Stage: stage.Ref()})
	}
}

// firewall puts AWS WAF in front of the stage. It blocks addresses of Amazon's IP reputation
// list, and an address that sends more than 2,000 requests in five minutes. The common rule set
// is left out: it blocks bodies above 8 KB and values that look like code.
func firewall(a *API, api awsapigateway.CfnRestApi, stage awsapigateway.CfnStage) {
	seen := func(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
		return &awswafv2.CfnWebACL_VisibilityConfigProperty{CloudWatchMetricsEnabled: jsii.Bool(true), MetricName: jsii.String(name), SampledRequestsEnabled: jsii.Bool(false)}
	}
	acl := awswafv2.NewCfnWebACL(a.scope, jsii.String("Firewall"), &awswafv2.CfnWebACLProps{
		Scope: jsii.String("REGIONAL"), DefaultAction: &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}}, VisibilityConfig: seen("scimstack"),
		Rules: &[]any{
			&awswafv2.CfnWebACL_RuleProperty{
				Name: jsii.String("reputation"), Priority: jsii.Number(0), VisibilityConfig: seen("reputation"), OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
				Statement: &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: jsii.String("AWS"), Name: jsii.String("AWSManagedRulesAmazonIpReputationList")}},
			},
			&awswafv2.CfnWebACL_RuleProperty{
				Name: jsii.String("rate"), Priority: jsii.Number(1), VisibilityConfig: seen("rate"), Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: map[string]any{}},
				Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(2_000)}},
			},
		},
	})
	s := awscdk.Stack_Of(a.scope)
	awswafv2.NewCfnWebACLAssociation(a.scope, jsii.String("FirewallOnStage"), &awswafv2.CfnWebACLAssociationProps{
		WebAclArn: acl.AttrArn(), ResourceArn: jsii.String("arn:" + *s.Partition() + ":apigateway:" + *s.Region() + "::/restapis/" + *api.Ref() + "/stages/" + *stage.Ref()),
	})
}
