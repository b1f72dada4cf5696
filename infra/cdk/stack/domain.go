package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// newDomain creates the custom domain of the gateway, with TLS 1.2 and an existing certificate,
// and its alias record if the hosted zone is known.
func newDomain(scope constructs.Construct, d *deployment.Domain) awsapigatewayv2.CfnDomainName {
	name := awsapigatewayv2.NewCfnDomainName(scope, jsii.String("Domain"), &awsapigatewayv2.CfnDomainNameProps{
		DomainName: jsii.String(d.Name),
		DomainNameConfigurations: &[]any{&awsapigatewayv2.CfnDomainName_DomainNameConfigurationProperty{
			CertificateArn: jsii.String(d.CertificateArn), EndpointType: jsii.String("REGIONAL"), SecurityPolicy: jsii.String("TLS_1_2"),
		}},
	})
	if d.HostedZoneID != "" {
		awsroute53.NewCfnRecordSet(scope, jsii.String("Alias"), &awsroute53.CfnRecordSetProps{
			HostedZoneId: jsii.String(d.HostedZoneID), Name: jsii.String(d.Name + "."), Type: jsii.String("A"),
			AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
				DnsName: name.AttrRegionalDomainName(), HostedZoneId: name.AttrRegionalHostedZoneId(),
			},
		})
	}
	awscdk.NewCfnOutput(awscdk.Stack_Of(scope), jsii.String("DomainTarget"), &awscdk.CfnOutputProps{
		Value: name.AttrRegionalDomainName(), Description: jsii.String("Target of the CNAME record, if the domain has no hosted zone here"),
	})
	return name
}
