// Package operate operates a service as its operator would, through the administration, while the recorded traffic of an
// identity provider runs. Each way to run the service plays the same steps:
//
//	scimstack serve ────────────────────┐            ┌─► admin.API   tenant, schema, idp, token, pause, client, webhook
//	scimstack dev --store dynamodb ─────┼─► Play ────┤
//	the Lambda functions, with SigV4 ───┘            └─► SCIM, OAuth: what the customer's connection sees meanwhile
package operate
