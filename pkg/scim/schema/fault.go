package schema

// Fault says what is wrong with a client's value, path or filter. It becomes a SCIM error:
// ScimType is a keyword of RFC 7644 §3.12 and Detail is safe to show to the client.
type Fault struct {
	ScimType string // invalidValue, invalidSyntax, invalidPath, invalidFilter, mutability, noTarget, …
	Detail   string
}

func (f *Fault) Error() string { return f.ScimType + ": " + f.Detail }
