package histories

// kinds of values of attributes
type kindOf int

const (
	text kindOf = iota
	userName
	boolean
	integer
	decimal
	date
	binary
	mail
	kindOfValue // canonical values such as "work"
	reference   // the id of a user
	list        // of strings
	complexValue
	multiValued // and complex
)

// attribute is an attribute of users. One of an extension has the URN of its schema.
type attribute struct {
	name, schema string
	kind         kindOf
	sub          []attribute
}

const (
	core       = "urn:ietf:params:scim:schemas:core:2.0:User"
	coreGroup  = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	badge      = "urn:example:schemas:Badge" // of the schemas of package suite, which some tenants have
)

// attributes returns those of users, the most used ones several times.
func attributes() []attribute {
	value, display, primary := attribute{name: "value"}, attribute{name: "display"}, attribute{name: "primary", kind: boolean}
	typ := attribute{name: "type", kind: kindOfValue}
	plural := []attribute{value, display, typ, primary}
	emails := attribute{name: "emails", kind: multiValued, sub: []attribute{{name: "value", kind: mail}, display, typ, primary}}
	active := attribute{name: "active", kind: boolean}
	out := []attribute{
		active, active, emails, emails, {name: "userName", kind: userName}, {name: "externalId"}, {name: "displayName"}, {name: "title"},
		{name: "nickName"}, {name: "userType"}, {name: "password"}, {name: "timezone"}, {name: "locale"},
		{name: "name", kind: complexValue, sub: ofText("formatted", "familyName", "givenName", "middleName")},
		{name: "phoneNumbers", kind: multiValued, sub: plural}, {name: "roles", kind: multiValued, sub: plural},
		{name: "entitlements", kind: multiValued, sub: plural}, {name: "photos", kind: multiValued, sub: plural},
		{name: "x509Certificates", kind: multiValued, sub: []attribute{{name: "value", kind: binary}, typ, primary}},
		{name: "addresses", kind: multiValued, sub: append(ofText("streetAddress", "locality", "country"), typ, primary)},
	}
	for _, a := range append(ofText("employeeNumber", "costCenter", "department"),
		attribute{name: "manager", kind: complexValue, sub: []attribute{{name: "value", kind: reference}, {name: "displayName"}}}) {
		a.schema = enterprise
		out = append(out, a)
	}
	for _, a := range append(ofText("plain", "fixed", "onDemand", "exact"), attribute{name: "count", kind: integer},
		attribute{name: "ratio", kind: decimal}, attribute{name: "since", kind: date}, attribute{name: "tags", kind: list},
		attribute{name: "key", kind: binary}, attribute{name: "flag", kind: boolean},
		attribute{name: "x", kind: complexValue, sub: []attribute{{name: "tags", kind: list}, {name: "note"}}}) {
		a.schema = badge
		out = append(out, a)
	}
	return out
}

// ofText are attributes whose values are strings.
func ofText(names ...string) []attribute {
	out := make([]attribute, len(names))
	for i, n := range names {
		out[i].name = n
	}
	return out
}

// attribute is one of users. Most are of the core schema.
func (r *random) attribute() attribute {
	all := attributes()
	if r.chance(0.6) {
		return all[r.IntN(20)]
	}
	a := pick(r, all...)
	if a.schema == badge && !r.custom && !r.chance(0.1) {
		return r.attribute()
	}
	return a
}

// qualified is the name of an attribute in a path or a filter: that of an extension has its URN (RFC 7644 §3.10).
func (r *random) qualified(a attribute) string {
	switch {
	case a.schema != "" && !r.chance(0.05):
		return a.schema + ":" + r.cased(a.name)
	case a.schema == "" && r.chance(0.05):
		return core + ":" + a.name
	}
	return r.cased(a.name)
}
