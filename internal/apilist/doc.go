// Package apilist lists the exported API of the module as sorted lines, so that a golden file
// shows every change of it.
//
//	go list -export ./pkg/... ──► export data ──► go/types ──► one line for each
//	                                                           const, var, func, type, method,
//	                                                           exported field, interface method
//
//	pkg/scim: func ParseTenantID(s string) (TenantID, error)
//	pkg/scim: method (TenantID) String() string
//	pkg/scim: type Resource struct
//	pkg/scim: type Resource struct, Version int64
//
// Types of other packages are qualified by the name of their package. Programs and internal
// packages are not listed.
package apilist
