package stack

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

const restStage = "live"

// restRoutes collects the resources and methods of a REST API. They are CloudFormation resources of their own, not
// one OpenAPI body of the API: the body would contain the ARNs of the functions, whose environment contains the id
// of the API, and CloudFormation rejects such a circle.
type restRoutes struct {
	scope     awscdk.Stack
	api       awsapigateway.CfnRestApi
	resources map[string]*string // path → id
	body      []any              // everything that a snapshot of the API contains
	parts     []awscdk.CfnResource
}

func (a *API) newREST(s awscdk.Stack) (id, host string) {
	props := &awsapigateway.CfnRestApiProps{
		Name: jsii.String(a.customer.Prefix()), Description: jsii.String("scimstack: SCIM 2.0 of " + a.customer.Name),
		EndpointConfiguration:     &awsapigateway.CfnRestApi_EndpointConfigurationProperty{Types: jsii.Strings("REGIONAL")},
		DisableExecuteApiEndpoint: jsii.Bool(a.customer.Domain != nil),
	}
	// The construct was "RestApi" while the API had an OpenAPI body. An API that keeps what such a body made would
	// refuse the same resources, so this is another API.
	api := awsapigateway.NewCfnRestApi(a.scope, jsii.String("Rest"), props)
	accept(api, "AwsSolutions-APIG2", "the handler validates every request and rejects an invalid one with a SCIM error")
	a.rest = &restRoutes{scope: s, api: api, resources: map[string]*string{"": api.AttrRootResourceId()}, body: []any{props}}
	id = *api.Ref()
	return id, id + ".execute-api." + *s.Region() + "." + *s.UrlSuffix() + "/" + restStage
}

// add adds the routes of a function; target is its ARN, or that of an alias.
func (r *restRoutes) add(a *API, f deployment.Function, target string) {
	s := r.scope
	uri := "arn:" + *s.Partition() + ":apigateway:" + *s.Region() + ":lambda:path/2015-03-31/functions/" + target + "/invocations"
	for _, path := range f.RESTPaths() {
		props := &awsapigateway.CfnMethodProps{
			RestApiId: r.api.Ref(), ResourceId: r.resource(a, path), HttpMethod: jsii.String("ANY"), AuthorizationType: authorization(f),
			Integration: &awsapigateway.CfnMethod_IntegrationProperty{
				Type: jsii.String("AWS_PROXY"), IntegrationHttpMethod: jsii.String("POST"), Uri: jsii.String(uri),
				PassthroughBehavior: jsii.String("WHEN_NO_MATCH"), TimeoutInMillis: jsii.Number(29_000),
			},
		}
		method := awsapigateway.NewCfnMethod(a.scope, jsii.String("Method "+path), props)
		if f.IAM {
			accept(method, "AwsSolutions-COG4", "IAM authorises the request")
		} else {
			accept(method, "AwsSolutions-APIG4", inHandler)
			accept(method, "AwsSolutions-COG4", inHandler)
		}
		r.contain(method, path, props)
	}
}

// resource returns the id of a path, whose resources are made where they are missing.
func (r *restRoutes) resource(a *API, path string) *string {
	if id := r.resources[path]; id != nil {
		return id
	}
	cut := strings.LastIndexByte(path, '/')
	made := awsapigateway.NewCfnResource(a.scope, jsii.String("Resource "+path), &awsapigateway.CfnResourceProps{
		RestApiId: r.api.Ref(), ParentId: r.resource(a, path[:cut]), PathPart: jsii.String(path[cut+1:]),
	})
	r.resources[path] = made.Ref()
	return made.Ref()
}

// contain notes a part of the API, which a snapshot has to wait for.
func (r *restRoutes) contain(part awscdk.CfnResource, props ...any) {
	r.parts = append(r.parts, part)
	r.body = append(r.body, props...)
}

// gatewayErrors are the requests that the gateway itself rejects, with the status of the answer. The two that mean "too
// many" have the seconds after which a client may come again. AWS WAF is one of them: an identity provider takes a 403
// for a wrong credential and stops for ever.
var gatewayErrors = []struct{ kind, status, retryAfter string }{
	{"DEFAULT_4XX", "400", ""},
	{"DEFAULT_5XX", "500", ""},
	{"INTEGRATION_TIMEOUT", "504", ""},
	{"MISSING_AUTHENTICATION_TOKEN", "404", ""},
	{"REQUEST_TOO_LARGE", "413", ""},
	{"THROTTLED", "429", "1"},
	{"WAF_FILTERED", "429", "60"},
}

// answers defines SCIM error bodies for gatewayErrors.
func (r *restRoutes) answers(a *API) {
	for _, e := range gatewayErrors {
		props := &awsapigateway.CfnGatewayResponseProps{
			RestApiId: r.api.Ref(), ResponseType: jsii.String(e.kind),
			ResponseTemplates: map[string]*string{"application/json": jsii.String(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"` + e.status + `","detail":$context.error.messageString}`)},
		}
		if !strings.HasPrefix(e.kind, "DEFAULT_") {
			props.StatusCode = jsii.String(e.status)
		}
		if e.retryAfter != "" {
			props.ResponseParameters = map[string]*string{"gatewayresponse.header.Retry-After": jsii.String("'" + e.retryAfter + "'")}
		}
		r.contain(awsapigateway.NewCfnGatewayResponse(a.scope, jsii.String("Answer "+e.kind), props), props)
	}
}

func (r *restRoutes) finish(a *API) {
	c := a.customer
	r.answers(a)
	// A deployment is a snapshot of the API. Its logical id contains a hash of everything in the snapshot, so that
	// every change of the API creates a new one.
	deployment := awsapigateway.NewCfnDeployment(a.scope, jsii.String("Deployment-"+r.fingerprint()), &awsapigateway.CfnDeploymentProps{RestApiId: r.api.Ref()})
	for _, part := range r.parts {
		deployment.AddDependency(part)
	}
	stage := awsapigateway.NewCfnStage(a.scope, jsii.String("Stage"), &awsapigateway.CfnStageProps{
		RestApiId: r.api.Ref(), DeploymentId: deployment.Ref(), StageName: jsii.String(restStage), TracingEnabled: jsii.Bool(c.Tracing),
		AccessLogSetting: &awsapigateway.CfnStage_AccessLogSettingProperty{DestinationArn: a.logs.LogGroupArn(), Format: jsii.String(strings.Replace(accessLog, "$context.routeKey", "$context.httpMethod $context.resourcePath", 1))},
		MethodSettings: &[]any{&awsapigateway.CfnStage_MethodSettingProperty{
			HttpMethod: jsii.String("*"), ResourcePath: jsii.String("/*"), MetricsEnabled: jsii.Bool(false), LoggingLevel: jsii.String("OFF"),
			ThrottlingRateLimit: jsii.Number(c.Throttle.Rate), ThrottlingBurstLimit: jsii.Number(c.Throttle.Burst),
		}},
	})
	stage.Node().AddDependency(newLogAccount(a.scope))
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

// fingerprint returns a hash of the API, with the references of the template instead of the CDK's tokens, whose
// numbers change with anything else in the stack.
func (r *restRoutes) fingerprint() string {
	body, err := json.Marshal(r.scope.Resolve(&r.body))
	if err != nil {
		panic(err) // unreachable: it came from JSON
	}
	return fingerprint([]string{string(body)})
}
