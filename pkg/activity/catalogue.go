package activity

import (
	"maps"

	"github.com/scimstack/scimstack/pkg/scim"
)

// catalogue explains every code. A test fails when one is missing.
var catalogue = merged(accessCauses, requestCauses, resourceCauses, serviceCauses)

func merged(parts ...map[scim.Code]cause) map[scim.Code]cause {
	all := map[scim.Code]cause{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

// notServed is what the service did with a request it did not let in.
const notServed = "The service answered {status} before it looked at the request. Nothing was changed."

// refused is what the service did with a request it could not carry out.
const refused = "The service answered {status} and changed nothing."

// accessCauses: who may call, and how often.
var accessCauses = map[scim.Code]cause{
	scim.CodeTokenMissing: {
		title: "No token", meant: "Somebody called the service without a token.", did: notServed,
		todo: "The administrator of the identity provider enters the tenant's token in the provisioning settings. If this record comes alone and never again, it was a probe and can be passed over.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenWrong: {
		title: "Wrong token", meant: "Somebody called the service with a token that this tenant never had.", did: notServed,
		todo: "The operator of the service makes a new token for this tenant, and the administrator of the identity provider enters it whole, without blanks before or behind it.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenExpired: {
		title: "Expired token", meant: "{idp} called with {key}, whose time is over.", did: notServed,
		todo: "The operator of the service makes a new token; the administrator of the identity provider enters it and tests the connection. Until then nobody is created, changed or deactivated.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenRevoked: {
		title: "Revoked token", meant: "Somebody called with {key}, which was revoked.", did: notServed,
		todo: "If the token was replaced on purpose, the administrator of the identity provider enters the new one. If nobody should have the old one any more, find out who still uses it.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenTenant: {
		title: "Token of another tenant", meant: "Somebody called this tenant's URL with a token that names another tenant.", did: notServed,
		todo: "The administrator of the identity provider makes base URL and token match: both come from the same tenant. The answer does not say which of the two is wrong, because that would help an attacker.",
		rfc:  "RFC 7644 §2, §6",
	},
	scim.CodeTokenDamaged: {
		title: "Damaged token", meant: "Somebody called with a token whose check characters do not fit: it was cut off or mistyped.", did: notServed,
		todo: "The administrator of the identity provider enters the token again, whole: from scim_ to the last character.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeScope: {
		title: "The token is not allowed to do this", did: refused,
		todo: "The operator of the service makes a token with the missing scope (read or write; users, groups or resources), or the administrator switches the feature off in the identity provider.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeThrottled: {
		title: "Too many requests", did: "The service answered {status} with Retry-After before it looked at the request. Nothing was changed and nothing is lost if the client comes back.",
		todo: "Nothing, if it happens during the first synchronisation: identity providers wait and repeat. If it stays, the operator raises the tenant's limit of requests per second (25 or more for Entra ID).",
		rfc:  "RFC 6585 §4, RFC 7644 §3.12",
	},
}

// serviceCauses: what is the service's own fault.
var serviceCauses = map[scim.Code]cause{
	scim.CodeBusy: {
		title: "The service was busy", did: "The service gave up for now and answered {status} with Retry-After. Nothing was changed.",
		todo: "Nothing: the identity provider repeats the request. If it stays, the operator looks at the throttling of the table and at many writers of one group.",
		rfc:  "RFC 9110 §15.6.4, RFC 7644 §3.12",
	},
	scim.CodeTimeout: {
		title: "Out of time", did: "The service stopped the request and answered {status}. A single change is carried out whole or not at all.",
		todo: "Nothing: the identity provider repeats the request. If it stays, the operator raises the time limit or the client sends fewer operations in one request.",
		rfc:  "RFC 9110 §15.6.4, RFC 7644 §3.12",
	},
	scim.CodeInternal: {
		title: "An error inside the service", did: "The service answered {status} without saying why to the outside. Nothing was changed.",
		todo: "The operator of the service looks for the request id {request} in the service's own log, which has the cause. The identity provider repeats the request.",
		rfc:  "RFC 9110 §15.6.1, RFC 7644 §3.12",
	},
	scim.CodeOther: {
		title: "Refused by a rule of the operator", did: "A rule of the operator refused the request: {status}. Nothing was changed.",
		todo: "The operator of the service looks for the request id {request} in the service's own log and at the business rules that run before a change is stored.",
		rfc:  "RFC 7644 §3.12",
	},
}
