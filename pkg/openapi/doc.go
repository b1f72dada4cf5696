// Package openapi describes the SCIM API of a tenant as an OpenAPI 3.1 document: every endpoint of its resource
// types, with the attributes of its schemas.
//
//	scim.Tenant (types, schemas, mode) ─┐
//	scim.Abilities (bulk, cursors, …) ──┼─→ Document → JSON
//	scim.Codes (statuses, scimTypes) ───┘
//
// All comes from what the service itself reads, so a schema of a tenant's own is described like those of RFC 7643.
// docs/reference/scim-openapi.json is the document of a tenant without own schemas; `scimstack openapi` prints that
// of any tenant.
package openapi
