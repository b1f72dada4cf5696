// Package httpapi is the HTTP binding of SCIM (RFC 7644) over any scim.Provider.
//
//	request
//	  │  handler.go     panic guard, response headers, observation
//	  │  auth.go        path ─► tenant and segments; credential ─► principal
//	  │  routes.go      endpoint, method, scopes
//	  │  query.go       parameters, SearchRequest
//	  │  body.go        media types; body within limits; Options.Normalise
//	  ▼
//	scim.Provider       bulk.go runs the operations of a Bulk request on it
//	  │
//	  ▼
//	response            list.go renders a ListResponse; discovery.go what is served
package httpapi
