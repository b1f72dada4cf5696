package schema

import "strings"

// Fault says what is wrong with a client's value, path or filter. It becomes a SCIM error:
// ScimType is a keyword of RFC 7644 §3.12 and Detail is safe to show to the client.
type Fault struct {
	ScimType string // invalidValue, invalidSyntax, invalidPath, invalidFilter, mutability, noTarget, …
	Detail   string
	// Code tells causes of one ScimType apart, for logs: one of the Fault constants, or "".
	Code string
	// Attribute is what the fault is about, by its name in the schema or, where the schema
	// has none, as NameOnly lets it through. It holds no value.
	Attribute string
}

// Codes of faults.
const (
	FaultJSON       = "body.json"        // not JSON, or beyond its limits
	FaultSchemas    = "body.schemas"     // wrong list of schemas
	FaultUnknown    = "attribute.name"   // a name that the schema lacks
	FaultValue      = "attribute.value"  // a value of the wrong type or form
	FaultSingle     = "attribute.single" // a list where one value belongs
	FaultRequired   = "attribute.required"
	FaultFilterName = "filter.name" // a filter on a name that the schema lacks
	FaultFilterType = "filter.type" // a comparison that the attribute does not allow
	FaultPatch      = "patch.body"
	FaultPatchSize  = "patch.size"
)

func (f *Fault) Error() string { return f.ScimType + ": " + f.Detail }

// NameOnly gives a name that a client sent if it looks like one of an attribute and not like
// somebody's data, else "".
func NameOnly(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_$:."
	if len(s) > 120 || strings.Trim(s, letters) != "" {
		return ""
	}
	for i := range len(s) {
		if strings.IndexByte(letters, s[i]) < 0 {
			return ""
		}
	}
	return s
}
