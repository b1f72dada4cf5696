package activity

import "github.com/scimstack/scimstack/pkg/scim"

// oauthCauses: access tokens that are not accepted. What a token says before its signature is checked is not in a record.
var oauthCauses = map[scim.Code]cause{
	scim.CodeTokenLapsed: {
		title: "Lapsed access token", meant: "{idp} called the service with an OAuth access token of {key}, which is over. Access tokens last for an hour or less.", did: notProcessed,
		todo: "No action is needed if the next request succeeds: the client then has a new access token. Identity provider administrator: otherwise check that the connection asks the token endpoint for a new access token, and that no access token was entered as a static token.",
		rfc:  "RFC 6750 §3.1, RFC 9068 §4",
	},
	scim.CodeTokenTime: {
		title: "Access token outside its time", meant: "A client called the service with an OAuth access token that is not valid yet, or that has no end.", did: notProcessed,
		todo: "Identity provider administrator: check the clock of the system that issues the access tokens, which may be wrong by two minutes at most, and that its access tokens have the claim exp.",
		rfc:  "RFC 7519 §4.1, RFC 9068 §4",
	},
	scim.CodeTokenSignature: {
		title: "Access token with a wrong signature", meant: "A client called the service with an OAuth access token that is not signed with a key of its issuer.", did: notProcessed,
		todo: "Service operator: check the URL of the keys of the tenant's OAuth client: `scimstack client list {tenant}`. Identity provider administrator: check that access tokens are signed with RS256, PS256, ES256 or EdDSA. If neither has changed, someone tries tokens of their own; nothing needs to be done.",
		rfc:  "RFC 8725 §3.1, RFC 9068 §4",
	},
	scim.CodeTokenIssuer: {
		title: "Access token of an unknown issuer", meant: "A client called the service with an OAuth access token of an issuer that no OAuth client of this tenant has.", did: notProcessed,
		todo: "Service operator: compare the issuer of the tenant's OAuth client with the claim iss, to the last character: `scimstack client list {tenant}`. Entra ID writes https://sts.windows.net/ID/ in tokens of version 1 and https://login.microsoftonline.com/ID/v2.0 in those of version 2, with the id of the directory.",
		rfc:  "RFC 9068 §4",
	},
	scim.CodeTokenAudience: {
		title: "Access token for another service", meant: "A client called the service with an OAuth access token whose audience is not this tenant.", did: notProcessed,
		todo: "Identity provider administrator: check which application or resource the access token is requested for. Service operator: compare it with the audiences of the tenant's OAuth client: `scimstack client list {tenant}`.",
		rfc:  "RFC 8725 §3.9, RFC 9068 §4",
	},
	scim.CodeTokenSubject: {
		title: "Access token of another application", meant: "A client called the service with an OAuth access token of the right issuer for the right audience, but of an application that no OAuth client of this tenant has.", did: notProcessed,
		todo: "Service operator: compare the subject of the tenant's OAuth client with the claims sub, appid and azp: `scimstack client list {tenant}`. The provisioning service of Entra ID is the application 00000014-0000-0000-c000-000000000000.",
		rfc:  "RFC 9068 §4, §5",
	},
	scim.CodeClientWrong: {
		title: "OAuth client refused", meant: "A client asked the token endpoint for an access token with a client id, a secret or an assertion that is not accepted.", did: notProcessed,
		todo: "Identity provider administrator: enter the client id and the complete secret again, from scimc_ to the last character. For signed assertions, check that iss and sub are the client id, that aud is the token endpoint, and that exp is at most 10 minutes ahead. Service operator: look whether the tenant has the client id: `scimstack client list {tenant}`. The log of the service has the reason then.",
		rfc:  "RFC 6749 §5.2, RFC 7523 §3",
	},
	scim.CodeClientReplayed: {
		title: "Assertion used twice", meant: "A client asked the token endpoint for an access token with an assertion that was used before.", did: notProcessed,
		todo: "Identity provider administrator: have the client make a new assertion, with a new jti, for each request. If the client does so, someone has copied an assertion: replace the key of the client.",
		rfc:  "RFC 7523 §3",
	},
}
