// Package authserver is the OAuth 2.0 authorization server of every tenant: clients get access tokens there with
// the grant client_credentials.
//
//	POST /oauth/{tenant}/token                                     access token (RFC 6749 §4.4)
//	     │  form read within bounds ─► one way to authenticate, and only one
//	     │  tenant and client found ─► secret compared, or assertion checked and its jti used up
//	     │  rate of the tenant ─► scope granted ─► access token signed
//	     ▼
//	GET  /oauth/{tenant}/keys                                      public keys (RFC 7517)
//	GET  /.well-known/oauth-authorization-server/oauth/{tenant}    metadata of the server (RFC 8414)
//	GET  /.well-known/oauth-protected-resource/scim/v2/{tenant}    metadata of the SCIM base URL (RFC 9728)
//
// # What strangers learn
//
// Nothing tells an unknown tenant from one that has no clients: its metadata has the same form, its token endpoint
// refuses every client with the same answer and after as many calls of the store, and its keys are those of Keys.
// Whether a tenant is strict is told, as ServiceProviderConfig does.
//
// # Client authentication
//
// client_secret_basic, client_secret_post and private_key_jwt. A strict tenant takes no secret in the body, as
// IPSIE asks.
package authserver
