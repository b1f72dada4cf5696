package schema

import (
	"fmt"
	"strings"
)

// FaultCode names the cause of a fault. Codes are stable. The status and the scimType of the
// answer follow from the code alone: package scim has the table (scim.Code.Answer).
type FaultCode string

// The causes of faults.
const (
	FaultJSON       FaultCode = "body.json"            // not JSON, or beyond its limits
	FaultNodes      FaultCode = "body.nodes"           // more JSON members and elements than allowed
	FaultSchemas    FaultCode = "body.schemas"         // wrong list of schemas
	FaultUnknown    FaultCode = "attribute.name"       // a name that the schema does not have
	FaultValue      FaultCode = "attribute.value"      // a value of the wrong type or form
	FaultSingle     FaultCode = "attribute.single"     // a list where one value belongs
	FaultValues     FaultCode = "attribute.values"     // more values than an attribute may have
	FaultSize       FaultCode = "resource.size"        // more than can be stored
	FaultRequired   FaultCode = "attribute.required"   // no value for a required attribute
	FaultMutability FaultCode = "attribute.mutability" // a change that the mutability forbids
	FaultTaken      FaultCode = "attribute.taken"      // a value that must be unique and is not
	FaultFilter     FaultCode = "filter.syntax"        // not a filter, or beyond its limits
	FaultFilterName FaultCode = "filter.name"          // a filter on a name that the schema does not have
	FaultFilterType FaultCode = "filter.type"          // a comparison that the attribute does not allow
	FaultSensitive  FaultCode = "filter.sensitive"     // a filter that must not be in a URL
	FaultPatch      FaultCode = "patch.body"           // not a PATCH request
	FaultPatchSize  FaultCode = "patch.size"           // too many operations
	FaultPath       FaultCode = "path.syntax"          // not a path, or a path that the attribute does not allow
	FaultPathName   FaultCode = "path.attribute"       // a path to a name that the schema does not have
	FaultTarget     FaultCode = "path.target"          // a path that selects nothing
)

// Fault says what is wrong with a client's value, path or filter. It becomes a SCIM error.
// Make it with NewFault.
type Fault struct {
	Code FaultCode
	// Attribute is the attribute that the fault is about, or "". It is a name of the schema or
	// a name that NameOnly lets through, and never holds a value.
	Attribute string
	// Detail tells the client what is wrong. It is safe to show (RFC 7644 §3.12).
	Detail string
}

// NewFault returns a fault with a detail formatted as by fmt.Sprintf. It is called in so many
// places that each function of Lambda would be 3 KB larger if it were inlined.
//
//go:noinline
func NewFault(code FaultCode, format string, args ...any) *Fault {
	return &Fault{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// About sets the attribute that the fault is about and returns the fault.
func (f *Fault) About(attribute string) *Fault {
	f.Attribute = attribute
	return f
}

func (f *Fault) Error() string { return f.Detail }

// NameOnly returns a name that a client sent if it can be the name of an attribute, and ""
// if it could be personal data.
func NameOnly(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_$:."
	if len(s) > 120 || strings.Trim(s, letters) != "" {
		return ""
	}
	return s
}
