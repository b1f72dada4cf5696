// Package schema is the data model of SCIM: attribute definitions with all characteristics
// of RFC 7643 §7, compiled once. It reads JSON, checks and canonicalises values, and writes
// JSON. It depends on no other package of this module.
//
//	request body                                      stored document
//	     │ DecodeJSON   size, depth, UTF-8, duplicates       │
//	     ▼                                                   ▼
//	raw map ── ResourceType.Canonical ──► canonical map ── AppendDocument ──► bytes
//	                │        (names, types, unassigned values, schemas)
//	                └── Attribute.Coerce, one value; also used by PATCH
//
//	stored document ── Stored.Set ─┬ Read     the members that a PATCH looks at
//	                               └ Append   these as they are now, all others copied
//
//	catalogue_*.go  User, Group, EnterpriseUser, ServiceProviderConfig, ResourceType, Schema
//	load*.go        extensions and resource types of a tenant, from RFC 7643 JSON files
//
// # Canonical documents
//
// A canonical document is a map[string]any. Core attributes are at the top level, in the
// spelling of the schema. Extension attributes are in a map under the URN of the extension.
// Unassigned attributes are absent. Values are string, bool, json.Number, map[string]any
// and []any. A dateTime is a string in UTC with three decimals.
//
// # Value types
//
// An attribute may have a Kind: a check of its values and a canonical form, which an application gives it in
// the definition or with WithKinds. A Rule (off, note, refuse) says what happens to other values.
//
// # Names and faults
//
// All names are compared by NameKey. Faults of clients are *Fault: a code, a text for the
// client, and the attribute.
package schema
