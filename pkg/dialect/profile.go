package dialect

// Profile is what an administrator and the documentation need to know of one identity
// provider. Nothing in it changes how requests are read.
type Profile struct {
	Name   string // as in tenant settings and records: "okta"
	Title  string // "Okta"
	Quirks string // prefix of the ids of its quirks: "OKTA"
	// Evidence says how well its traffic is known.
	Evidence  string
	Signs     string   // how a request of it is recognised; "" if no sign is unmistakable
	Console   []string // where to click, in order
	URLField  string   // the name of the field for the tenant's base URL
	AuthField string   // the name of the field for the token, and what goes in
	// Attributes are the mappings that work, as the console names them.
	Attributes []Mapping
	Avoid      []string // what not to map or switch on, and why
	Limits     []string // what the provider itself cannot do
}

// Mapping is one line of an attribute table.
type Mapping struct{ From, To string }

// Profiles are all profiles, the widely used first.
func Profiles() []Profile {
	return []Profile{
		entra(), okta(), google(), oneLogin(), jumpCloud(), ping(), rippling(), cyberArk(),
		workday(), sailPoint(), keycloak(), authentik(), aws(),
	}
}

// ByName finds a profile.
func ByName(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}
