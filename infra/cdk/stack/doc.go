// Package stack is the CDK part: it turns a deployment.Customer into two CloudFormation stacks.
//
//	Customer ─► Build ─┬─► scimstack-<name>-data   Table, KMS key              retained on deletion
//	                   │        │ SSM parameter: the stream's ARN
//	                   └─► scimstack-<name>        one Function and role per entry of the list
//	                            ├ API or REST API   routes, access log, throttle, domain, AWS WAF
//	                            ├ TenantSessions    optional second line of defence
//	                            └ Observability     alarms, dashboard
//
// The stacks share physical names and one SSM parameter, but no cross-stack export, so either
// can be replaced without the other. Nothing is looked up: synthesis needs no AWS account.
package stack
