// Package outbound fetches URLs that come from outside: the keys of an issuer, and webhooks. An outsider
// that names such a URL must not reach, through the service, what only the service can reach.
//
//	URL ──► scheme, user, host checked ──► DNS ──► every address checked when it is dialled ──► TLS ──► answer, bounded
//	 ▲                                                     (so that DNS cannot change its mind)            │
//	 └───────────────────── redirect, at most 3, checked in the same way ◄──────────────────────────────────┘
//
// Only https is spoken, and only to addresses of the public internet: not to private, link-local, loopback,
// shared, reserved or multicast addresses, in none of their spellings. No proxy is used, because a proxy
// would look up the name itself.
package outbound
