// Package schema is the data model of SCIM: attribute definitions with all characteristics
// of RFC 7643 §7, compiled once, and what depends on nothing else: reading JSON, checking
// and canonicalising values, writing JSON.
//
//	request body                                      stored document
//	     │ DecodeJSON   size, depth, UTF-8, duplicates       │
//	     ▼                                                   ▼
//	raw map ── ResourceType.Canonical ──► canonical map ── AppendDocument ──► bytes
//	                │        (names, types, unassigned values, schemas)
//	                └── Attribute.Coerce, one value; also used by PATCH
//
//	catalogue_*.go  User, Group, EnterpriseUser, ServiceProviderConfig, ResourceType, Schema
//	load.go         extensions and resource types of a tenant, from RFC 7643 JSON files
//
// # Canonical documents
//
// A canonical document is a map[string]any. Core attributes stand at the top level in the
// spelling of the schema, extension attributes in a map under the extension's URN.
// Unassigned attributes are absent. Values are string, bool, json.Number, map[string]any
// and []any; a dateTime is a string in UTC with three decimals.
package schema
