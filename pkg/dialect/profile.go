package dialect

import "slices"

// Profile describes one identity provider to administrators, to agents and to the
// documentation: what to enter in which console, and what the provider cannot do. Its texts are
// Markdown. Nothing in a profile changes how requests are read.
type Profile struct {
	Name   string // as in tenant settings and activity records: "okta"
	Title  string // "Okta"
	Quirks string // prefix of the ids of the provider's quirks: "OKTA"
	// Evidence says how well the provider's traffic is known.
	Evidence string
	// Signs describes how Recognise knows the provider, and Signals names those signs. Both are
	// empty if the provider sends nothing that other clients do not send.
	Signs   string
	Signals []string
	// Normalisers names the normalisers that serve the provider's own quirks, as
	// docs/reference/identity-providers.md lists them. Those for common quirks are not repeated.
	Normalisers []string
	Console     []string // steps in the provider's console, in order
	URLField    string   // the console's field for the tenant's base URL
	AuthField   string   // the console's field for the token, and what to enter there
	// Attributes is an attribute mapping that works, in the console's terms.
	Attributes []Mapping
	Avoid      []string // what not to map or enable, and why
	Limits     []string // what the provider itself cannot do
}

// Mapping is one row of an attribute mapping.
type Mapping struct {
	From string // the attribute in the provider's console
	To   string // the SCIM attribute that it is sent as
}

// providers are the providers that have a profile, in the order of Profiles.
var providers = [...]string{
	Entra, Okta, Google, OneLogin, JumpCloud, Ping, Rippling, CyberArk, Workday, SailPoint, Keycloak, Authentik, AWS,
}

// Profiles returns every profile, the most widely used providers first. Each call reads the
// embedded files again, so the result belongs to the caller.
func Profiles() []Profile {
	all := make([]Profile, 0, len(providers))
	for _, name := range providers {
		all = append(all, mustLoad(name))
	}
	return all
}

// ByName returns the profile of the provider with this name. It reads that profile only.
func ByName(name string) (Profile, bool) {
	if !slices.Contains(providers[:], name) {
		return Profile{}, false
	}
	return mustLoad(name), true
}
