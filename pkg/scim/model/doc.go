// Package model has typed users, groups and values for applications: what a store keeps as JSON becomes
// Go structs, and goes back without loss.
//
//	scim.Resource ──Decode[User]──► User ──Encode──► scim.Resource     a stored resource, in hooks and jobs
//	scim.Result.Body ──Unmarshal──► User ──Body────► Provider.Create   what a client sees or sends
//	                                 │ ▲
//	                       Extension │ │ SetExtension                  your own struct, by schema URN
//	                                 ▼ │
//	                                Badge
//
// The service does not need this package and does not import it: it brings tables of telephone numbers
// along. Import it where you want types.
//
// # Values
//
// UserName, Email, PhoneNumber, Country, Locale, Timezone, URI and X509Certificate each have a Parse
// function, which returns the value or the reason why it is none:
//
//	email, err := model.ParseEmail("not-an-email") // the value is not a valid email address: it has no @
//
// A value keeps the spelling that it was made from, because a client compares what it reads with what it
// wrote. Canonical returns the one spelling that all have in common. JSON follows the rule of Parse in both
// directions. The zero value is unset, and null in JSON. Reasons never repeat a value, so that they can be
// logged.
//
// Address, Member, Meta and Entry are structs of such values. They have Valid, and the rule of Valid holds
// for their JSON in both directions. MultiValued is a list of entries of which at most one is primary.
//
// # Resources
//
// User, with EnterpriseUser in it, and Group have a field for every attribute of RFC 7643 §4. A struct of
// your own that embeds Common is a resource, too.
//
// A resource is tolerant where a single value is not. A tolerant tenant may have stored the phone number
// "n/a": the user decodes without an error, the number keeps its text, User.Valid and PhoneNumber.Valid
// say what is wrong with it, and Encode writes it back. So check a value before you rely on it:
//
//	if phone, ok := user.PhoneNumbers.Best(); ok && phone.Value.Valid() == nil {
//		call(phone.Value.E164())
//	}
//
// # Without loss
//
// A resource remembers what it was read from. Encode writes only what was changed since; everything else
// keeps its bytes: unknown attributes, extensions without a struct, values that do not fit their field, and
// the difference between "primary": false and no primary. A copy of a resource is independent, except for
// what Active points to and for slices (Groups, Members), as with every struct.
//
// A resource that is made from nothing has what its fields say.
//
// # Members and groups
//
// They are edges beside the documents, so Decode leaves Group.Members and User.Groups nil: "not read". See
// Decode for how to get them.
//
// # Checking what clients write
//
// ValueTypes has the rules of this package for the schema of a tenant, where they leave a note or refuse a
// write (schema.ResourceType.WithKinds).
//
// # Concurrency
//
// Values may be read by several goroutines. A resource may be changed by one at a time; what it was read
// from is shared between copies and is never changed.
package model
