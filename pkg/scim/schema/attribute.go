package schema

// Type is the data type of an attribute (RFC 7643 §2.3).
type Type uint8

// The eight data types of RFC 7643 §2.3.
const (
	String Type = iota
	Boolean
	Decimal
	Integer
	DateTime
	Binary
	Reference
	Complex
)

// Mutability says whether and when a client may write an attribute (RFC 7643 §2.2).
type Mutability uint8

// The four mutabilities of RFC 7643 §7.
const (
	ReadWrite Mutability = iota
	ReadOnly
	Immutable
	WriteOnly
)

// Returned says when a response contains an attribute (RFC 7643 §2.2).
type Returned uint8

// The four values of "returned" of RFC 7643 §7.
const (
	Default Returned = iota
	Always
	Never
	OnRequest
)

// Uniqueness is the scope in which values must be unique (RFC 7643 §2.2).
type Uniqueness uint8

// The three scopes of RFC 7643 §7.
const (
	None Uniqueness = iota
	Server
	Global
)

// Attribute is one attribute definition with all characteristics of RFC 7643 §7. The zero
// values of the characteristics are the defaults of RFC 7643 §2.2; one that is WriteOnly is never returned. Once it is
// part of a Schema it must not be changed, and is safe for concurrent use.
type Attribute struct {
	Name            string
	Description     string
	Type            Type
	MultiValued     bool
	Required        bool
	CaseExact       bool
	Mutability      Mutability
	Returned        Returned
	Uniqueness      Uniqueness
	CanonicalValues []string
	ReferenceTypes  []string
	SubAttributes   []*Attribute
	// Kind is a value type of the application, or nil; Rule says what happens to a value that it does not
	// accept; without a kind it has no effect. See WithKinds for attributes of a schema that exists.
	Kind *Kind
	Rule Rule

	identifier bool // compared as RFC 8265 says, see Fold
	userName   bool // values have the form of RFC 8265, too

	anyType bool // an element without a type is the same as one with any type, see SameElement

	key  string // how a member with the name begins in JSON; set by compile
	path string // of a sub-attribute: its name after that of the attribute it was compiled with

	names  bool // the "value" of a reference, which is the id of a resource; set by compile
	nested bool // a sub-attribute is multi-valued; set by compile
	needed bool // clients must give it, or a sub-attribute of it, a value; set by compile

	format func(string) bool     // the normative format, checked in strict mode; nil if there is none
	subs   map[string]*Attribute // by name and by NameKey; built by compile
}

// Sub returns the sub-attribute with a name, in any case, or nil.
func (a *Attribute) Sub(name string) *Attribute { return attributeIn(a.subs, name) }

func (a *Attribute) compile() {
	if a.subs != nil {
		return // it is part of another schema too, which may be in use
	}
	a.subs = make(map[string]*Attribute, 2*len(a.SubAttributes))
	refers := false
	a.key = keyOf(a.Name)
	a.needed = a.Required && a.Mutability != ReadOnly
	if a.Mutability == WriteOnly {
		a.Returned = Never // RFC 7643 §7
	}
	for _, s := range a.SubAttributes {
		a.subs[s.Name] = s
		a.subs[NameKey(s.Name)] = s
		a.nested = a.nested || s.MultiValued
		s.compile()
		if s.path == "" {
			s.path = a.Name + "." + s.Name
		}
		a.needed = a.needed || s.needed
		refers = refers || s.Name == "$ref" && s.Type == Reference
	}
	if value := a.subs["value"]; refers && value != nil && !value.names {
		value.names = true
	}
}

// owns reports whether the path of a sub-attribute is that under this attribute: two attributes may share one.
func (a *Attribute) owns(sub *Attribute) bool {
	n := len(a.Name)
	return len(sub.path) == n+1+len(sub.Name) && sub.path[:n] == a.Name
}

// keyOf returns how a member with a name begins in JSON.
func keyOf(name string) string { return string(append(AppendString(nil, name), ':')) }
