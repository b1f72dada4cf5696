package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"
)

// The limits of AWS WAF, in requests per five minutes. The initial cycle of an identity provider sends up to 40 requests per
// second, which are 12,000, with one credential and from few addresses. The customers of a cell of Okta share its
// addresses, so an address may send as much as ten such cycles.
const (
	perCredential = 30_000
	perAddress    = 120_000
)

// firewall puts AWS WAF in front of the stage. It blocks addresses of Amazon's IP reputation list, a credential above
// perCredential, and an address above perAddress. The answer is 429 with Retry-After and a SCIM error: an identity
// provider takes AWS WAF's 403 for a wrong credential. The common rule set is left out: it blocks bodies above 8 KB and
// values that look like code.
func firewall(a *API, api awsapigateway.CfnRestApi, stage awsapigateway.CfnStage) {
	acl := awswafv2.NewCfnWebACL(a.scope, jsii.String("Firewall"), &awswafv2.CfnWebACLProps{
		Scope: jsii.String("REGIONAL"), DefaultAction: &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}}, VisibilityConfig: seen("scimstack"),
		CustomResponseBodies: map[string]any{tooMany: &awswafv2.CfnWebACL_CustomResponseBodyProperty{
			ContentType: jsii.String("APPLICATION_JSON"),
			Content:     jsii.String(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"429","detail":"too many requests; repeat the request after a minute"}`),
		}},
		Rules: &[]any{
			&awswafv2.CfnWebACL_RuleProperty{
				Name: jsii.String("reputation"), Priority: jsii.Number(0), VisibilityConfig: seen("reputation"), OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
				Statement: &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: jsii.String("AWS"), Name: jsii.String("AWSManagedRulesAmazonIpReputationList")}},
			},
			limit("credential", 1, &awswafv2.CfnWebACL_RateBasedStatementProperty{
				AggregateKeyType: jsii.String("CUSTOM_KEYS"), Limit: jsii.Number(perCredential),
				CustomKeys: &[]any{&awswafv2.CfnWebACL_RateBasedStatementCustomKeyProperty{Header: &awswafv2.CfnWebACL_RateLimitHeaderProperty{
					Name:                jsii.String("authorization"),
					TextTransformations: &[]any{&awswafv2.CfnWebACL_TextTransformationProperty{Priority: jsii.Number(0), Type: jsii.String("NONE")}},
				}}},
			}),
			limit("address", 2, &awswafv2.CfnWebACL_RateBasedStatementProperty{AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(perAddress)}),
		},
	})
	s := awscdk.Stack_Of(a.scope)
	awswafv2.NewCfnWebACLAssociation(a.scope, jsii.String("FirewallOnStage"), &awswafv2.CfnWebACLAssociationProps{
		WebAclArn: acl.AttrArn(), ResourceArn: jsii.String("arn:" + *s.Partition() + ":apigateway:" + *s.Region() + "::/restapis/" + *api.Ref() + "/stages/" + *stage.Ref()),
	})
}

// tooMany is the key of the body of a blocked request.
const tooMany = "too-many"

// limit is a rule that blocks with 429 and Retry-After.
func limit(name string, priority int, rate *awswafv2.CfnWebACL_RateBasedStatementProperty) *awswafv2.CfnWebACL_RuleProperty {
	return &awswafv2.CfnWebACL_RuleProperty{
		Name: jsii.String(name), Priority: jsii.Number(priority), VisibilityConfig: seen(name),
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{
			ResponseCode: jsii.Number(429), CustomResponseBodyKey: jsii.String(tooMany),
			ResponseHeaders: &[]any{&awswafv2.CfnWebACL_CustomHTTPHeaderProperty{Name: jsii.String("Retry-After"), Value: jsii.String("60")}},
		}}},
		Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: rate},
	}
}

func seen(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{CloudWatchMetricsEnabled: jsii.Bool(true), MetricName: jsii.String(name), SampledRequestsEnabled: jsii.Bool(false)}
}
