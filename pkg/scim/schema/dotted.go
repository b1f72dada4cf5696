package schema

// Undot replaces a dot after the URN of one of the type's schemas by the colon of RFC 7644 §3.10,
// as in "urn:…:User.title". ok is false for any other name. The result begins with the URN as the
// schema spells it.
func (rt *ResourceType) Undot(name string) (out, urn string, ok bool) {
	if !IsURN(name) {
		return name, "", false
	}
	if urn = rt.Schema.ID; dotAfter(name, urn) {
		return urn + ":" + name[len(urn)+1:], urn, true
	}
	for _, e := range rt.Extensions {
		if urn = e.Schema.ID; dotAfter(name, urn) {
			return urn + ":" + name[len(urn)+1:], urn, true
		}
	}
	return name, "", false
}

// dotAfter reports whether a name is a URN, a dot and something after it.
func dotAfter(name, urn string) bool {
	n := len(urn)
	return len(name) > n+1 && name[n] == '.' && SameName(name[:n], urn)
}
