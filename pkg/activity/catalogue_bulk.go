package activity

import "github.com/scimstack/scimstack/pkg/scim"

// bulkCauses: bulk requests and their operations.
var bulkCauses = map[scim.Code]cause{
	scim.CodeBulkOff: {
		title: "Bulk disabled", did: refused + "bulk requests are disabled.",
		todo: "Identity provider administrator: turn bulk off in the identity provider. Service operator: alternatively, let the program that serves the tenant support bulk, as `scimstack serve` does.",
		rfc:  "RFC 7644 §3.7",
	},
	scim.CodeBulkBody: {
		title: "Invalid bulk request", did: refused + "the body is not a BulkRequest message.",
		todo: "Client developer: correct the envelope: schemas, Operations and failOnErrors.",
		rfc:  "RFC 7644 §3.7",
	},
	scim.CodeBulkTooLarge: {
		title: "Too many bulk operations", did: refused + "the request has more operations than the service accepts.",
		todo: "Client developer: send at most maxOperations operations in one request; /ServiceProviderConfig has the number.",
		rfc:  "RFC 7644 §3.7.4",
	},
	scim.CodeBulkID: {
		title: "Missing or duplicate bulkId", did: refused + "every POST of a bulk request needs a bulkId of its own.",
		todo: "Client developer: give each POST a unique bulkId.",
		rfc:  "RFC 7644 §3.7.2",
	},
	scim.CodeBulkReference: {
		title: "Unresolved bulk reference", did: skipped + "the resource that it refers to was not created." + carriedOn,
		todo: "Client developer: look at the record of the operation that should have created the resource; it has the same request id. Once that operation succeeds, this one does too.",
		rfc:  "RFC 7644 §3.7.2",
	},
	scim.CodeBulkOperation: {
		title: "Invalid bulk operation", did: skipped + "its method, path or data is not valid." + carriedOn,
		todo: "Client developer: correct the method, path or data of the operation.",
		rfc:  "RFC 7644 §3.7",
	},
}
