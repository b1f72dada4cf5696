// Package doctor checks a SCIM service from outside, as an identity provider meets it, and says who must do what.
//
//	Run(ctx, Options{URL, Token})
//	   │
//	   ├─ url        is it the base URL of a tenant?                           address.go
//	   ├─ https      can what is sent be read on the way?                      address.go
//	   ├─ dns ─► tcp ─► tls     name, connection, certificate                  network.go
//	   ├─ health     /healthz and /readyz, where they are served               service.go
//	   ├─ base       redirects, web pages, gateways that answer instead        service.go, gateway.go
//	   ├─ clock      the Date of an answer beside the time of this machine     service.go
//	   ├─ no-token, wrong-token    are refused, in the form of SCIM            access.go
//	   ├─ token      is accepted; what it may read                             access.go
//	   └─ discovery  ServiceProviderConfig, ResourceTypes, Schemas             discovery.go
//	      search     userName eq a random name finds nothing                   discovery.go
//	   ▼
//	[]Check: a name, a State, what was found, and what to do
//
// It changes nothing: it sends GET requests only. It follows no redirect, and sends the token to no server whose
// certificate is not valid and not over plain HTTP to a public address, so that a wrong URL does not give it away. A check
// that another one makes pointless is skipped and says why; after the first request without an answer no other is sent.
package doctor
