// Package tenant decides who may use the service: tenants with their settings and tokens, and the
// Authenticator, which turns the credential of a request into a scim.Principal.
//
//	URL segment + credential
//	      │
//	Authenticator ── cache (60 s, unknown tenants alike) ──► Resolver.Resolve(id) ──► Record
//	      │                                                  │                      ├ Settings
//	      │                                               Memory, …                 └ Tokens (SHA-256 only)
//	      ▼
//	scim.Principal + *scim.Tenant, or scim.ErrUnauthenticated
//
// To a client, an unknown, revoked or expired token, a token of another tenant and an unknown tenant
// all look the same.
package tenant
