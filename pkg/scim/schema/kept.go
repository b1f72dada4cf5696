package schema

// Kept reports whether a core attribute keeps its value when a client leaves it out or unassigns
// it (null, an empty value, remove), so that no spelling of "no value" loses it: active, because a
// user without a state could sign in again, and password. externalId is kept where a PUT leaves it
// out, which is a rule of PUT alone. Strict tenants follow the RFC: there, only a PUT that leaves
// active or password out keeps it (RFC 7643 §2.5, RFC 7644 §3.5.1).
func (rt *ResourceType) Kept(a *Attribute) bool {
	return rt.IsUser() && (a.Name == "active" || a.Name == "password") && rt.Schema.Attribute(a.Name) == a
}
