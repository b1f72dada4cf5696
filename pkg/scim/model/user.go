package model

import "github.com/scimstack/scimstack/pkg/scim/schema"

// User is a user (RFC 7643 §4.1) with the enterprise extension (§4.3). The zero value of a field is an
// attribute that is unset. Read one with Decode or Unmarshal; what has no field is kept and written back.
//
// A User is read and written as a whole: a value of it that is not valid is no error, keeps its text,
// and is reported by Valid. json.Marshal writes what a client sees, json.Unmarshal reads it.
type User struct {
	Common
	UserName          UserName                     `json:"userName"`
	Name              Name                         `json:"name"`
	DisplayName       string                       `json:"displayName"`
	NickName          string                       `json:"nickName"`
	ProfileURL        URI                          `json:"profileUrl"`
	Title             string                       `json:"title"`
	UserType          string                       `json:"userType"`
	PreferredLanguage string                       `json:"preferredLanguage"` // as in the HTTP header Accept-Language
	Locale            Locale                       `json:"locale"`
	Timezone          Timezone                     `json:"timezone"`
	Active            *bool                        `json:"active"` // nil: unset, see IsActive
	Password          Password                     `json:"password" scim:"secret"`
	Emails            MultiValued[Email]           `json:"emails"`
	PhoneNumbers      MultiValued[PhoneNumber]     `json:"phoneNumbers"`
	IMs               MultiValued[string]          `json:"ims"`
	Photos            MultiValued[URI]             `json:"photos"`
	Addresses         MultiValued[Address]         `json:"addresses"`
	Groups            []Member                     `json:"groups" scim:"outside"` // read-only; see Decode
	Entitlements      MultiValued[string]          `json:"entitlements"`
	Roles             MultiValued[string]          `json:"roles"`
	X509Certificates  MultiValued[X509Certificate] `json:"x509Certificates"`
	Enterprise        EnterpriseUser               `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
}

// SchemaURN returns the URN of the core User schema.
func (User) SchemaURN() string { return schema.URNUser }

// IsActive reports whether the user may sign in: an unset active is true, as for the service when it
// creates a user.
func (u *User) IsActive() bool { return u.Active == nil || *u.Active }

// Valid returns nil, or the reasons why values of the user are not valid: one *InvalidError each, joined.
func (u *User) Valid() error { return valid(u) }

// MarshalJSON writes the user as a client sees it, with id, meta and groups. It never writes what the
// store hides, such as the hash of a password; it writes Password if it is set.
func (u User) MarshalJSON() ([]byte, error) { return Marshal(u) }

// UnmarshalJSON reads a user as Unmarshal does.
func (u *User) UnmarshalJSON(data []byte) error {
	fresh, err := Unmarshal[User](data)
	if err == nil {
		*u = fresh
	}
	return err
}

// Name has the components of the user's name (RFC 7643 §4.1.1).
type Name struct {
	Formatted       string `json:"formatted"`
	FamilyName      string `json:"familyName"`
	GivenName       string `json:"givenName"`
	MiddleName      string `json:"middleName"`
	HonorificPrefix string `json:"honorificPrefix"`
	HonorificSuffix string `json:"honorificSuffix"`
}

// String returns the formatted name, or the given and the family name.
func (n Name) String() string {
	switch {
	case n.Formatted != "":
		return n.Formatted
	case n.GivenName != "" && n.FamilyName != "":
		return n.GivenName + " " + n.FamilyName
	}
	return n.GivenName + n.FamilyName
}

// Address is one postal address (RFC 7643 §4.1.2), the Value of an entry of User.Addresses.
type Address struct {
	Formatted     string  `json:"formatted"`
	StreetAddress string  `json:"streetAddress"`
	Locality      string  `json:"locality"`
	Region        string  `json:"region"`
	PostalCode    string  `json:"postalCode"`
	Country       Country `json:"country"`
}

func (Address) complexType() {}

// Valid returns nil, or the reason why the country is not valid.
func (a Address) Valid() error { return join(at("country", a.Country.Valid())) }

// MarshalJSON writes the parts that are set. An address that is not valid has no JSON.
func (a Address) MarshalJSON() ([]byte, error) { return strictMarshal(&a) }

// UnmarshalJSON accepts an object whose parts are valid.
func (a *Address) UnmarshalJSON(data []byte) error {
	var fresh Address
	if err := strictUnmarshal(data, &fresh); err != nil {
		return err
	}
	*a = fresh
	return nil
}

// Password is a password in clear text, on its way to a Provider, which stores a hash. It is never read
// from a store, and formatting a User does not print it.
type Password string

// String returns no part of the password.
func (p Password) String() string {
	if p == "" {
		return ""
	}
	return "[password]"
}

// GoString returns no part of the password.
func (p Password) GoString() string { return p.String() }
