// Package tableadmin is the administration for a Lambda function: /admin/v1 over the table of the service, on a route
// of API Gateway that IAM authorises.
//
//	SigV4 request ──► API Gateway, AuthorizationType AWS_IAM ──► function admin ──► the table
//	                    │ refuses what IAM does not allow          │ the caller's ARN is the actor in the log
//
// There is no operator token to keep: a request without a principal that API Gateway has verified is refused.
package tableadmin
