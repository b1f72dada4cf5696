// Package stack is the CDK part: a deployment.Customer becomes two CloudFormation stacks.
//
//	Customer ─► Build ─┬─► scimstack-<name>-data   Table (customer key)        never deleted by itself
//	                   │        │ SSM parameter: the stream's ARN
//	                   └─► scimstack-<name>        Function per entry of the list, each with its own role
//	                            ├ API or RESTAPI    routes, access log, throttle, domain, firewall
//	                            ├ TenantSessions    optional second wall
//	                            └ Observability     alarms, dashboard
//
// The stacks share names and one SSM parameter, never a cross-stack export, so that either can
// be replaced without the other. Nothing is looked up: synthesis needs no account.
package stack
