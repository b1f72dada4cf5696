// Package adminhttp serves the administration (package admin) over HTTP, under /admin/v1.
//
//	request ──► limits: rate, size, path ──► operator token, or the principal of the platform (IAM)
//	                                           │  scope admin:read or admin:write, all tenants or one
//	                                           ▼
//	            JSON in, checked by the Go types ──► admin.API ──► JSON out, ETag
//	                                                    │
//	                                                    └─ *admin.Error ──► problem details (RFC 9457)
//
// The document of the API, in OpenAPI 3.1, is made from the same Go types: GET /admin/v1/openapi.json, and Document.
//
// # Requests
//
// GET needs the scope admin:read, every other method admin:write. A token of one tenant is refused for every other one and
// for what belongs to none. POST that makes something takes an Idempotency-Key; a repetition makes nothing twice and
// answers without the secret. A write to settings or schemas needs If-Match with the ETag that was read ("*" for any): 428
// without, 412 when it is not the current one.
//
// Long work (deleting a tenant, reindexing, recounting) ends after Options.Budget and is answered with 202: repeat the
// request, it continues.
//
// # Answers
//
// Every error is application/problem+json with the status, a title, and errors: a field, a reason and a remedy each. The
// cause of an error 500 is in Options.Logger, under the request id that the answer has too (X-Request-Id), and in no answer.
package adminhttp
