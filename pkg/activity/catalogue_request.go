package activity

import "github.com/scimstack/scimstack/pkg/scim"

// requestCauses: the form of a request, whatever it is about.
var requestCauses = map[scim.Code]cause{
	scim.CodeEndpoint: {
		title: "Unknown endpoint", did: refused + "the URL is not an endpoint of the service.",
		todo: "Identity provider administrator: check the base URL. It ends with the tenant; the identity provider appends /Users or /Groups itself.",
		rfc:  "RFC 7644 §3.2",
	},
	scim.CodeMethod: {
		title: "Unsupported method", did: refused + "the endpoint does not support the HTTP method.",
		todo: "Client developer: use one of the methods in the Allow header of the answer. Identity provider administrator: if the client comes from the identity provider's catalogue, check the base URL, because such clients use supported methods only.",
		rfc:  "RFC 7644 §3.2, RFC 9110 §15.5.6",
	},
	scim.CodeVersion: {
		title: "Unsupported SCIM version", did: refused + "the service supports SCIM 2.0 only.",
		todo: "Identity provider administrator: select SCIM 2.0, and use a base URL with /v2.",
		rfc:  "RFC 7644 §3.13",
	},
	scim.CodeMe: {
		title: "Token not linked to a user", did: refused + "/Me needs a token that is linked to a user.",
		todo: "Client developer: use /Users/{id} instead of /Me.",
		rfc:  "RFC 7644 §3.11",
	},
	scim.CodeTenant: {
		title: "No tenant in the URL", did: refused + "the URL does not name a tenant.",
		todo: "Identity provider administrator: complete the base URL. It ends with the tenant; the identity provider appends /Users or /Groups itself.",
		rfc:  "RFC 7644 §6",
	},
	scim.CodeHead: {
		title: "URL or headers too long", did: refused + "the URL and the headers are longer than the service reads.",
		todo: "Client developer: send a long filter in the body of POST /.search, and fewer or shorter headers.",
		rfc:  "RFC 6585 §5, RFC 7644 §3.4.3",
	},
	scim.CodeEncoding: {
		title: "Unsupported content encoding", did: refused + "the body was compressed in a way that the service does not read.",
		todo: "Client developer: send the body without the header Content-Encoding, or compress it with gzip.",
		rfc:  "RFC 9110 §8.4, §15.5.16",
	},
	scim.CodeContentType: {
		title: "Unsupported content type", did: refused + "the body was not sent as JSON.",
		todo: "Client developer: send the header Content-Type: application/scim+json.",
		rfc:  "RFC 7644 §3.1, RFC 9110 §15.5.16",
	},
	scim.CodeBodyMissing: {
		title: "Missing request body", did: refused + "the operation needs a body and the request had none.",
		todo: "Client developer: send a JSON body. Identity provider administrator: if the client does send one, a proxy or a redirect lost it; use the exact base URL, with https.",
		rfc:  "RFC 7644 §3.3",
	},
	scim.CodeBodyBroken: {
		title: "Incomplete request body", did: refused + "the connection ended before the whole body had arrived.",
		todo: "No action is needed if it happens once: the identity provider retries the request. Service operator: if it persists, check the proxies in front of the service; `scimstack log tail --failed` shows whose requests it concerns.",
		rfc:  "RFC 7644 §3.12",
	},
	scim.CodeBodyTooLarge: {
		title: "Request too large", did: "The service answered {status} without reading the whole body, because it is larger than the limit. Nothing was changed.",
		todo: "Identity provider administrator: split the group or push fewer members at once, and send photos as links rather than as data. Service operator: alternatively, raise the tenant's limit of the body with `scimstack tenant set {tenant} limits.maxBody=6291456`, up to what the gateway accepts (6 MB on Lambda).",
		rfc:  "RFC 7644 §3.7.4, §3.12",
	},
	scim.CodeNodes: {
		title: "Too many JSON members and elements", did: refused + "the body has more JSON members and elements than the tenant's limit.",
		todo: "Client developer: send fewer values, members or operations in one request. Service operator: alternatively, raise the tenant's limit with `scimstack tenant set {tenant} limits.maxNodes=1000000`.",
		rfc:  "RFC 7644 §3.7.4, §3.12",
	},
	scim.CodeJSON: {
		title: "Invalid JSON", did: refused + "the body is not valid JSON.",
		todo: "Client developer, or the administrator who maintains the body template in the identity provider: correct the JSON. Common mistakes are a missing quote around a variable and a duplicate attribute.",
		rfc:  "RFC 7644 §3.12, RFC 8259",
	},
	scim.CodeSchemas: {
		title: "Invalid schemas attribute", did: refused + "the schemas attribute does not match the content of the body.",
		todo: "Identity provider administrator: correct the list of schemas in the body template. It names the schema of the resource and of every extension in use.",
		rfc:  "RFC 7643 §3, RFC 7644 §3.1",
	},
	scim.CodeRequest: {
		title: "Malformed HTTP request", did: refused + "the HTTP method, a header or the encoding of the body is not valid.",
		todo: "Client developer: send one of the HTTP methods of SCIM, an unencoded JSON body, one Authorization header and no empty If-Match. Service operator: if the client does, check the proxies in front of the gateway; `scimstack log tail --failed` shows what reaches the service.",
		rfc:  "RFC 9110 §9.1, §15.5.1",
	},
	scim.CodeAnswerTooLarge: {
		title: "Answer too large", did: "The service answered {status} in place of the result, because the gateway carries at most 6 MB. Nothing was changed.",
		todo: "Client developer: request fewer resources with count, leave members out with excludedAttributes=members, or accept gzip.",
		rfc:  "RFC 7644 §3.4.2, §3.12",
	},
	scim.CodeDiscoveryFilter: {
		title: "Filter on a discovery endpoint", did: refused + "discovery endpoints do not support filters.",
		todo: "Client developer: request /Schemas and /ResourceTypes without a filter.",
		rfc:  "RFC 7644 §4",
	},
	scim.CodeDiscoveryUnknown: {
		title: "Unknown schema or resource type", did: refused + "the tenant has no such schema or resource type.",
		todo: "Identity provider administrator: remove the schema from the mapping. Service operator: alternatively, add it to the tenant with `scimstack schema put {tenant} FILE`.",
		rfc:  "RFC 7644 §4",
	},
}
