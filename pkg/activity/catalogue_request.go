package activity

import "github.com/scimstack/scimstack/pkg/scim"

// requestCauses: the form of a request, whatever it is about.
var requestCauses = map[scim.Code]cause{
	scim.CodeEndpoint: {
		title: "No such address", did: refused,
		todo: "The administrator of the identity provider checks the base URL: it ends with the tenant, and the identity provider itself adds /Users or /Groups.",
		rfc:  "RFC 7644 §3.2",
	},
	scim.CodeMethod: {
		title: "The address does not offer this method", did: refused,
		todo: "Whoever wrote the client sends one of the methods in the Allow header of the answer. With an identity provider from its catalogue this does not happen: check the base URL.",
		rfc:  "RFC 7644 §3.2, RFC 9110 §15.5.6",
	},
	scim.CodeVersion: {
		title: "Another version of SCIM", did: refused,
		todo: "The administrator chooses SCIM 2.0 in the identity provider and a base URL with /v2.",
		rfc:  "RFC 7644 §3.13",
	},
	scim.CodeMe: {
		title: "/Me without a person", did: refused,
		todo: "Whoever wrote the client uses /Users/{id}: /Me works only with a token that stands for one person.",
		rfc:  "RFC 7644 §3.11",
	},
	scim.CodeAccept: {
		title: "No common format", did: refused,
		todo: "Whoever wrote the client accepts application/scim+json or application/json.",
		rfc:  "RFC 7644 §3.8, RFC 9110 §15.5.7",
	},
	scim.CodeContentType: {
		title: "Not sent as JSON", did: refused,
		todo: "Whoever wrote the client sends the Content-Type application/scim+json.",
		rfc:  "RFC 7644 §3.1, RFC 9110 §15.5.16",
	},
	scim.CodeBodyMissing: {
		title: "The request has no body", did: refused,
		todo: "Whoever wrote the client sends a JSON body. If the client does, a proxy or a redirect on the way lost it: the base URL must be exact, with https.",
		rfc:  "RFC 7644 §3.3",
	},
	scim.CodeBodyBroken: {
		title: "The body broke off", did: refused,
		todo: "Nothing if it happens once: the connection broke, and the identity provider repeats the request.",
		rfc:  "RFC 7644 §3.12",
	},
	scim.CodeBodyTooLarge: {
		title: "The request is too large", did: "The service answered {status} without reading the whole body. Nothing was changed.",
		todo: "The administrator splits the group or pushes it with fewer members at once; pictures go as links and not as data. The operator may raise the tenant's limit of the body up to what the gateway takes (6 MB on Lambda).",
		rfc:  "RFC 7644 §3.7.4, §3.12",
	},
	scim.CodeJSON: {
		title: "The body is not valid JSON", did: refused,
		todo: "Whoever wrote the client, or the template of the body in the identity provider, mends the JSON. Common mistakes are a missing quote around a variable and two keys for one attribute.",
		rfc:  "RFC 7644 §3.12, RFC 8259",
	},
	scim.CodeSchemas: {
		title: "Wrong list of schemas", did: refused,
		todo: "The administrator corrects the list of schemas in the identity provider's template: it names the schema of the resource and of each extension in use.",
		rfc:  "RFC 7643 §3, RFC 7644 §3.1",
	},
	scim.CodeFilter: {
		title: "A filter that cannot be read", did: refused,
		todo: "The administrator corrects the filter or the matching rule in the identity provider, for example: userName eq \"bjensen@example.com\".",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeFilterName: {
		title: "A filter on an unknown attribute", did: refused,
		todo: "The administrator matches people by an attribute that exists here ({attribute} does not): userName, externalId or emails.value.",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeFilterType: {
		title: "A filter that does not suit the attribute", did: refused,
		todo: "The administrator corrects the matching rule: the operator or the kind of value does not apply to this attribute, or one of its parts must be named.",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeSensitive: {
		title: "Personal data in a URL", did: refused,
		todo: "Whoever wrote the client searches with POST and .search. If the client is an identity provider, the operator switches the tenant's setting for sensitive filters off: those search with GET.",
		rfc:  "RFC 7644 §7.5.2",
	},
	scim.CodeParameter: {
		title: "A bad parameter of a search", did: refused,
		todo: "Whoever wrote the client corrects the parameter; the answer names it.",
		rfc:  "RFC 7644 §3.4.2.4",
	},
	scim.CodeProjection: {
		title: "attributes and excludedAttributes at once", did: refused,
		todo: "Whoever wrote the client sends only one of the two.",
		rfc:  "RFC 7644 §3.9",
	},
	scim.CodePaging: {
		title: "Two ways of paging at once", did: refused,
		todo: "Whoever wrote the client sends startIndex or cursor, not both.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeSort: {
		title: "Sorting by something that cannot be sorted", did: refused,
		todo: "Whoever wrote the client sorts by a simple attribute that exists.",
		rfc:  "RFC 7644 §3.4.2.3",
	},
	scim.CodeSearchBody: {
		title: "Not a search request", did: refused,
		todo: "Whoever wrote the client names the SearchRequest schema in the body.",
		rfc:  "RFC 7644 §3.4.3",
	},
	scim.CodeQueryTooWide: {
		title: "A search that would read too much", did: "The service stopped the search and answered {status}. Nothing was changed.",
		todo: "The administrator matches people by an attribute with an index: userName, externalId, emails.value or displayName. The operator may raise the tenant's limit.",
		rfc:  "RFC 7644 §3.4.2, §3.12",
	},
	scim.CodeCursor: {
		title: "A cursor of another search", did: refused,
		todo: "Nothing: the client starts its search again. Whoever wrote the client keeps filter and sorting unchanged from page to page.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeCursorExpired: {
		title: "A cursor whose time is over", did: refused,
		todo: "Nothing: the client starts its search again. If it is too slow each time, the operator raises the life of cursors.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeCursorCount: {
		title: "The page size changed within a search", did: refused,
		todo: "Whoever wrote the client keeps count unchanged from page to page.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeRequest: {
		title: "Malformed HTTP request",
		did:   refused,
		todo:  "Client developer: send a valid HTTP method.",
		rfc:   "RFC 9110 §9.1, §15.5.1",
	},
	scim.CodeAnswerTooLarge: {
		title: "Answer too large", did: refused, todo: "Client developer: ask for fewer resources.", rfc: "RFC 7644 §3.4.2, §3.12",
	},
	scim.CodeDiscoveryFilter: {
		title: "A filter on a description of the service", did: refused,
		todo: "Whoever wrote the client asks for /Schemas and /ResourceTypes without a filter.",
		rfc:  "RFC 7644 §4",
	},
	scim.CodeDiscoveryUnknown: {
		title: "A schema or type that is not here", did: refused,
		todo: "The administrator removes the schema from the mapping, or the operator adds it to the tenant.",
		rfc:  "RFC 7644 §4",
	},
	scim.CodeBulkOff: {
		title: "Bulk is switched off", did: refused,
		todo: "The administrator switches bulk off in the identity provider, or the operator switches it on.",
		rfc:  "RFC 7644 §3.7",
	},
	scim.CodeBulkBody: {
		title: "Not a bulk request", did: refused,
		todo: "Whoever wrote the client corrects the envelope: schemas, Operations, failOnErrors.",
		rfc:  "RFC 7644 §3.7",
	},
	scim.CodeBulkTooLarge: {
		title: "Too many operations in one request", did: refused,
		todo: "Whoever wrote the client sends no more operations than maxOperations in /ServiceProviderConfig.",
		rfc:  "RFC 7644 §3.7.4",
	},
	scim.CodeBulkID: {
		title: "A bulkId is missing or stands twice", did: refused,
		todo: "Whoever wrote the client gives each POST a bulkId of its own.",
		rfc:  "RFC 7644 §3.7.2",
	},
	scim.CodeBulkReference: {
		title: "A reference to something that was not created", did: "The service skipped this operation: {status}. Others were carried out.",
		todo: "Look at the record of the operation that was to create it: it has the same request id. Once that works, this one does.",
		rfc:  "RFC 7644 §3.7.2",
	},
	scim.CodeBulkOperation: {
		title: "An operation that cannot be read", did: "The service skipped this operation: {status}. Others were carried out.",
		todo: "Whoever wrote the client corrects method, path or data of the operation.",
		rfc:  "RFC 7644 §3.7",
	},
}
