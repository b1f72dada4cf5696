package stack

import (
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// accept suppresses a rule of cdk-nag on a construct and its children. The reason is written to
// the template.
func accept(on constructs.IConstruct, rule, reason string) {
	cdknag.NagSuppressions_AddResourceSuppressions(on, &[]*cdknag.NagPackSuppression{
		{Id: jsii.String(rule), Reason: jsii.String(reason)},
	}, jsii.Bool(true))
}

// acceptWildcard suppresses one finding of the rule IAM5, identified by the text that the rule
// reports.
func acceptWildcard(on constructs.IConstruct, finding, reason string) {
	cdknag.NagSuppressions_AddResourceSuppressions(on, &[]*cdknag.NagPackSuppression{
		{Id: jsii.String("AwsSolutions-IAM5"), Reason: jsii.String(reason), AppliesTo: &[]any{finding}},
	}, jsii.Bool(true))
}
