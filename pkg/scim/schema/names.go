package schema

// The keywords of RFC 7643 §7 for the characteristics, in the order of the constants.
var (
	typeNames       = [...]string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
	mutabilityNames = [...]string{"readWrite", "readOnly", "immutable", "writeOnly"}
	returnedNames   = [...]string{"default", "always", "never", "request"}
	uniquenessNames = [...]string{"none", "server", "global"}
)

func (t Type) String() string       { return typeNames[t] }
func (m Mutability) String() string { return mutabilityNames[m] }
func (r Returned) String() string   { return returnedNames[r] }
func (u Uniqueness) String() string { return uniquenessNames[u] }
