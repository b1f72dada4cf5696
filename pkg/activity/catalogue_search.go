package activity

import "github.com/scimstack/scimstack/pkg/scim"

// searchCauses: filters, parameters of a search, and paging.
var searchCauses = map[scim.Code]cause{
	scim.CodeFilter: {
		title: "Invalid filter", did: refused + "the filter does not follow the grammar.",
		todo: "Identity provider administrator: correct the filter or the matching rule, for example: userName eq \"bjensen@example.com\".",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeFilterName: {
		title: "Unknown attribute in a filter", did: refused + "no schema of the tenant has {attribute}.",
		todo: "Identity provider administrator: match users by an attribute that exists here, such as userName, externalId or emails.value.",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeFilterType: {
		title: "Filter not applicable to the attribute", did: refused + "the operator or the type of the value does not apply to {attribute}, or a sub-attribute must be named.",
		todo: "Identity provider administrator: correct the matching rule.",
		rfc:  "RFC 7644 §3.4.2.2",
	},
	scim.CodeSensitive: {
		title: "Personal data in a URL", did: refused + "the filter puts personal data into the URL, which the tenant does not allow.",
		todo: "Client developer: search with POST and /.search. Service operator: if the client is an identity provider, allow filters in the URL with `scimstack tenant set {tenant} sensitiveFilters=false`, because identity providers search with GET.",
		rfc:  "RFC 7644 §7.5.2",
	},
	scim.CodeParameter: {
		title: "Invalid query parameter", did: refused + "a query parameter has an invalid value.",
		todo: "Client developer: correct the parameter that the answer names.",
		rfc:  "RFC 7644 §3.4.2.4",
	},
	scim.CodeProjection: {
		title: "Conflicting projection parameters", did: refused + "attributes and excludedAttributes were sent together.",
		todo: "Client developer: send only one of the two.",
		rfc:  "RFC 7644 §3.9",
	},
	scim.CodePaging: {
		title: "Conflicting paging parameters", did: refused + "startIndex and cursor were sent together.",
		todo: "Client developer: send startIndex or cursor, not both.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeSort: {
		title: "Invalid sort attribute", did: refused + "sortBy does not name an attribute that can be sorted.",
		todo: "Client developer: sort by a simple attribute that exists.",
		rfc:  "RFC 7644 §3.4.2.3",
	},
	scim.CodeSearchBody: {
		title: "Invalid search request", did: refused + "the body is not a SearchRequest message.",
		todo: "Client developer: name the SearchRequest schema in the body.",
		rfc:  "RFC 7644 §3.4.3",
	},
	scim.CodeQueryTooWide: {
		title: "Search too expensive", did: "The service stopped the search and answered {status}, because it would read too many resources. Nothing was changed.",
		todo: "Identity provider administrator: match users by an indexed attribute: userName, externalId, emails.value or displayName. Service operator: alternatively, raise the tenant's limit with `scimstack tenant set {tenant} limits.maxScan=500000`.",
		rfc:  "RFC 7644 §3.4.2, §3.12",
	},
	scim.CodePageFar: {
		title: "Page too far away", did: refused + "startIndex is so far from every page that was read lately that the service would read too many resources to find it.",
		todo: "Client developer: read the pages in order from startIndex 1, or use cursor instead of startIndex. Service operator: alternatively, raise the tenant's limit with `scimstack tenant set {tenant} limits.maxScan=500000`.",
		rfc:  "RFC 7644 §3.4.2.4, §3.12",
	},
	scim.CodeCursor: {
		title: "Invalid cursor", did: refused + "the cursor does not belong to this search.",
		todo: "No action is needed: the client restarts its search. Client developer: if it persists, keep filter and sort order unchanged from page to page.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeCursorExpired: {
		title: "Expired cursor", did: refused + "the cursor has expired.",
		todo: "No action is needed: the client restarts its search. Service operator: if the client is too slow every time, raise the lifetime of cursors with `scimstack tenant set {tenant} limits.cursorSeconds=14400`.",
		rfc:  "RFC 9865 §2",
	},
	scim.CodeCursorCount: {
		title: "Page size changed during a search", did: refused + "count differs from that of the first page.",
		todo: "Client developer: keep count unchanged from page to page.",
		rfc:  "RFC 9865 §2",
	},
}
