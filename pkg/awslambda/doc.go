// Package awslambda runs a service as AWS Lambda functions, with hooks of your own.
//
//	scimstack.Config ── what it leaves out: environment ──► scimstack.Service ──► events of API Gateway
//	                                                              │
//	                                                              └─► one line of JSON per request: log and metrics
//
// A program for Lambda is a main.go of a few lines:
//
//	func main() {
//		awslambda.Start(scimstack.Config{After: []scim.AfterHook{joined}}, scimstack.All())
//	}
//
// The environment is the one that the stacks of infra/cdk give to their functions: the table with resources, tenants,
// tokens and the provisioning log (SCIMSTACK_TABLE), the public URL (SCIMSTACK_PUBLIC_BASE), sessions of tenants
// (SCIMSTACK_TENANT_ROLE), the levels of both logs (SCIMSTACK_LOG_LEVEL, SCIMSTACK_ACTIVITY). A field that is set in the
// Config comes first. What a Config has and Lambda adds are both used: Observe is called before the line is written.
//
// The functions of this project are such programs, with one part each. A part that is not named is not in
// the program, which keeps its start short; agents are in the package tableagents for the same reason. The package is apart from
// the root because it contains the SDK of AWS (5 MB), which a program without Lambda has no use for.
package awslambda
