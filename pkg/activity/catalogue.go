package activity

import "github.com/scimstack/scimstack/pkg/scim"

// cause is an entry of the catalogue. {…} is filled in from the record; see Explain.
type cause struct {
	title string // the cause: a noun phrase with a capital
	meant string // what the client tried to do; "" is {wanted}
	did   string // what the service did, and because of what
	todo  string // who acts, and the next step
	rfc   string
}

// causeOf returns the entry of a code in the catalogue. A test fails when a code has none. The parts are named in here and in no
// variable, so that a program which only writes records, as the functions do, is linked without these texts: 14 KB of its zip. For that, the entries are made of constants alone.
func causeOf(code scim.Code) (cause, bool) {
	for _, part := range [...]map[scim.Code]cause{
		accessCauses, oauthCauses, requestCauses, searchCauses, bulkCauses, resourceCauses, changeCauses, serviceCauses,
	} {
		if c, ok := part[code]; ok {
			return c, true
		}
	}
	return cause{}, false
}

// notProcessed is what the service did with a request from an unauthenticated client.
const notProcessed = "The service answered {status} without processing the request. Nothing was changed."

// refused is what the service did with a request that it could not carry out; the reason follows.
const refused = "The service answered {status} and changed nothing, because "

// skipped is what the service did with one operation of a bulk request; the reason follows, and then carriedOn.
const (
	skipped   = "The service skipped this operation and answered {status} for it, because "
	carriedOn = " The other operations were carried out."
)

// accessCauses: who may call, and how often.
var accessCauses = map[scim.Code]cause{
	scim.CodeTokenMissing: {
		title: "Missing token", meant: "A client called the service without a token.", did: notProcessed,
		todo: "Identity provider administrator: enter the tenant's token in the provisioning settings. A single record of this kind is usually a probe and can be ignored.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenWrong: {
		title: "Unknown token", meant: "A client called the service with a token that was never issued for this tenant.", did: notProcessed,
		todo: "Service operator: create a new token with `scimstack token create {tenant}`. Identity provider administrator: enter the complete token, without leading or trailing spaces.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenExpired: {
		title: "Expired token", meant: "{idp} called the service with {key}, which has expired.", did: notProcessed,
		todo: "Service operator: create a new token with `scimstack token create {tenant}`; before the next one ends, `scimstack token rotate {tenant} KEY` replaces it without a gap. Identity provider administrator: enter it and test the connection. Until then, no user is created, changed or deactivated.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenRevoked: {
		title: "Revoked token", meant: "A client called the service with {key}, which has been revoked.", did: notProcessed,
		todo: "Identity provider administrator: if the token was replaced deliberately, enter the new one. Service operator: if the old token should no longer be in use, find the client that still sends it: `scimstack log tail --status 401` shows its requests, and `scimstack token list {tenant}` when each token was last used.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenUser: {
		title: "Token of an inactive user", meant: "A client called the service with {key}, which is linked to a user that is inactive or was deleted.", did: notProcessed,
		todo: "No action is needed if the user has left: access ends with the user. Service operator: if a service uses the token, give it one that is not linked to a user: `scimstack token create {tenant}` without --user.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeTokenScheme: {
		title: "Basic authentication refused", meant: "A client sent {key} with HTTP Basic authentication, which a strict tenant does not accept.", did: notProcessed,
		todo: "Identity provider administrator: select a bearer token (also called OAuth bearer token or HTTP header) as the authentication method.",
		rfc:  "RFC 7644 §2, RFC 6750 §2.1",
	},
	scim.CodeTokenTenant: {
		title: "Token of another tenant", meant: "A client called this tenant's URL with a token that belongs to another tenant.", did: notProcessed,
		todo: "Identity provider administrator: check that the base URL and the token come from the same tenant. The answer does not say which of the two is wrong, because that would help an attacker.",
		rfc:  "RFC 7644 §2, §6",
	},
	scim.CodeTokenDamaged: {
		title: "Damaged token", meant: "A client called the service with a token whose check characters do not match: it was truncated or mistyped.", did: notProcessed,
		todo: "Identity provider administrator: enter the complete token again, from scim_ to the last character.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodeScope: {
		title: "Missing token scope", did: refused + "the token lacks the scope that the operation needs.",
		todo: "Service operator: add the missing scope (read or write; users, groups or resources) with `scimstack token set {tenant} KEY --scopes all`, or create a token that has it. Identity provider administrator: alternatively, turn the feature off in the identity provider.",
		rfc:  "RFC 7644 §2, RFC 6750 §3.1",
	},
	scim.CodePaused: {
		title: "Tenant paused",
		did:   "The service answered {status} without processing the request, because the operator has paused the tenant. The answer has the reason. Nothing was changed; the log can still be read.",
		todo:  "Service operator: resume the tenant when the reason is gone: `scimstack tenant resume {tenant}`. It takes effect within a minute. What identity providers do not repeat by themselves, a full synchronisation does; for a short pause, --retry-after lets them wait instead.",
		rfc:   "RFC 7644 §3.12",
	},
	scim.CodePausedRetry: {
		title: "Tenant paused for a short time",
		did:   "The service answered {status} with Retry-After without processing the request, because the operator has paused the tenant, with a time after which clients send their requests again. The answer has the reason. Nothing was changed, and nothing is lost if the client retries; the log can still be read.",
		todo:  "No action is needed during the pause: identity providers wait and retry. Service operator: resume the tenant as soon as the work is done, since some give up after several tries: `scimstack tenant resume {tenant}`. It takes effect within a minute.",
		rfc:   "RFC 6585 §4, RFC 7644 §3.12",
	},
	scim.CodeThrottled: {
		title: "Too many requests",
		did:   "The service answered {status} with Retry-After without processing the request, because the tenant exceeded its request rate. Nothing was changed, and nothing is lost if the client retries.",
		todo:  "No action is needed during the first synchronisation: identity providers wait and retry. Service operator: if it persists, raise the tenant's limit of requests per second (50 by default, with bursts of 200; 25 or more for Entra ID): `scimstack tenant set {tenant} limits.rate=100`.",
		rfc:   "RFC 6585 §4, RFC 7644 §3.12",
	},
}

// serviceCauses: failures of the service itself, and of the rules that an operator adds.
var serviceCauses = map[scim.Code]cause{
	scim.CodeBusy: {
		title: "Service busy", did: "The service answered {status} with Retry-After, because it could not complete the request under the current load. Nothing was changed.",
		todo: "No action is needed: the identity provider retries the request. Service operator: if it persists, `scimstack log tail --status 503` shows the requests; look for throttling of the table and for many concurrent writes to one group.",
		rfc:  "RFC 9110 §15.6.4, RFC 7644 §3.12",
	},
	scim.CodeTimeout: {
		title: "Request timeout", did: "The service stopped the request and answered {status}, because it took longer than allowed. A single change is applied completely or not at all.",
		todo: "No action is needed: the identity provider retries the request. Client developer: send fewer operations in one request. Service operator: if it persists, allow fewer: `scimstack tenant set {tenant} limits.maxOperations=100`.",
		rfc:  "RFC 9110 §15.6.4, RFC 7644 §3.12",
	},
	scim.CodeInternal: {
		title: "Internal error", did: "The service failed and answered {status} without disclosing the cause. Nothing was changed.",
		todo: "Service operator: search the service's own log for the request id {request}; the entry has the cause. `scimstack log explain REQUEST` shows what the provisioning log has of the same request. The identity provider retries the request.",
		rfc:  "RFC 9110 §15.6.1, RFC 7644 §3.12",
	},
	scim.CodeHook: {
		title: "Failure of a hook", did: "A hook of the application failed, and the service answered {status} without disclosing the cause.",
		todo: "Service operator: search the service's own log for the request id {request}; the entry has the error of the hook. `scimstack log explain REQUEST` shows what the provisioning log has of the same request. The identity provider retries the request.",
		rfc:  "RFC 9110 §15.6.1, RFC 7644 §3.12",
	},
	scim.CodeWebhook: {
		title: "Webhook paused", meant: "The service sent what has changed in the tenant to a webhook of the application.",
		did:  "The service paused the webhook, because it took no delivery. The note of the record has the reason. Nothing is lost: what has changed is kept for 30 days and sent when the webhook is resumed.",
		todo: "Service operator: look at the webhook and its reason with `scimstack webhook list`, repair the receiver, and let deliveries go on: `scimstack webhook resume WEBHOOK`. Until then, the application does not hear of leavers.",
		rfc:  "RFC 9110 §15.6.4; Standard Webhooks",
	},
	scim.CodeOther: {
		title: "Rejected by a business rule", did: refused + "a business rule rejected the request.",
		todo: "Service operator: search the service's own log for the request id {request}, and check the business rules that run before a change is stored. `scimstack log explain REQUEST` shows what the provisioning log has of the same request.",
		rfc:  "RFC 7644 §3.12",
	},
}
