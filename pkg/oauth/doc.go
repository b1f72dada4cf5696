// Package oauth lets the clients of a tenant send OAuth 2.0 access tokens instead of a static token.
//
//	client ── secret, or a JWT that it has signed ──► POST /oauth/{tenant}/token ──► access token, 1 hour
//	                                                  (package oauth/authserver)            │
//	identity provider that issues tokens itself ── its own access token ──────────┐        │
//	                                                                              ▼        ▼
//	request of SCIM ──► tenant.Authenticator ── no static token has it ──► Verifier.Verify ──► tenant.Client, scopes
//	                                                                              │
//	                             keys derived for the tenant (Keys) ◄─────────────┤
//	                             keys of the issuer, fetched and cached ◄─────────┘
//
// # Clients
//
// NewClient makes a client, Check says what is wrong with one, AddSecret rotates its secret, and
// Verifier.Reach fetches its keys once, so that a wrong URL is found when the client is made and not when
// the first token comes.
//
// # Access tokens
//
// An access token of this service is a JWT of RFC 9068 with the issuer and the SCIM base URL of one tenant. It is
// signed with Ed25519. The key is derived from the random key of the tenant, so that every instance has it and
// none is stored: see Keys. It ends after an hour, or as soon as its client is revoked, removed or expired.
//
// # Tokens of other issuers
//
// A client of the method tenant.Issued names an issuer, audiences and a subject. A token stands for it if the
// issuer has signed it with one of the algorithms RS256, PS256, ES256 and EdDSA, and all three claims are those
// of the client. One issuer may serve many tenants: all customers of Microsoft have tokens with signatures of the
// same keys, so that the claims decide and not the signature alone.
package oauth
