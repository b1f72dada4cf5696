// Package adminclient is the administration of a service that runs elsewhere: admin.API over HTTP.
//
//	program ──► Client (admin.API) ──► Bearer operator token, or Sign (SigV4) ──► https://…/admin/v1
//	                  ▲                                                              │
//	                  └── *admin.Error ◄── problem details (RFC 9457) ◄──────────────┘
//
// The errors are those that admin.Service would return, with the same kinds, fields, reasons and remedies.
package adminclient
