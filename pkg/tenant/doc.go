// Package tenant is who may use the service: tenants with their settings, tokens, and the
// Authenticator that turns a request's credential into a scim.Principal.
//
//	URL segment + credential
//	      │
//	Authenticator ── cache (60 s; unknown tenants 5 s) ──► Resolver.Resolve(id) ──► Record
//	      │                                                  │                      ├ Settings
//	      │                                               Memory, …                 └ Tokens (SHA-256 only)
//	      ▼
//	scim.Principal + *scim.Tenant, or scim.ErrUnauthenticated
//
// A wrong token, a revoked or expired one, another tenant's and an unknown tenant are the
// same to the outside.
package tenant
