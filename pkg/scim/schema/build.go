package schema

// The catalogue is written with these functions: an attribute with the defaults of RFC 7643,
// then the characteristics that differ.

type option func(*Attribute)

func attr(t Type, name, description string, options ...option) *Attribute {
	a := &Attribute{Name: name, Type: t, Description: description}
	if t == Binary || t == Reference {
		a.CaseExact = true // base64 and URIs compare exactly (RFC 7643 §2.3.6, §2.3.7)
	}
	for _, o := range options {
		o(a)
	}
	return a
}

func str(name, description string, options ...option) *Attribute {
	return attr(String, name, description, options...)
}

func boolean(name, description string, options ...option) *Attribute {
	return attr(Boolean, name, description, options...)
}

func integer(name, description string, options ...option) *Attribute {
	return attr(Integer, name, description, options...)
}

func reference(name, description string, types []string, options ...option) *Attribute {
	return attr(Reference, name, description, append([]option{func(a *Attribute) { a.ReferenceTypes = types }}, options...)...)
}

func complexOf(name, description string, subs []*Attribute, options ...option) *Attribute {
	return attr(Complex, name, description, append([]option{func(a *Attribute) { a.SubAttributes = subs }}, options...)...)
}

func many(a *Attribute)      { a.MultiValued = true }
func required(a *Attribute)  { a.Required = true }
func exact(a *Attribute)     { a.CaseExact = true }
func readOnly(a *Attribute)  { a.Mutability = ReadOnly }
func immutable(a *Attribute) { a.Mutability = Immutable }
func writeOnly(a *Attribute) { a.Mutability, a.Returned = WriteOnly, Never }
func always(a *Attribute)    { a.Returned = Always }
func unique(a *Attribute)    { a.Uniqueness = Server }
func anyType(a *Attribute)   { a.anyType = true }
func userName(a *Attribute)  { a.identifier, a.userName = true, true }

func canonical(values ...string) option {
	return func(a *Attribute) { a.CanonicalValues = values }
}

// with applies options to an attribute that another function returned.
func with(a *Attribute, options ...option) *Attribute {
	for _, o := range options {
		o(a)
	}
	return a
}

// plural returns a multi-valued attribute with the default sub-attributes of RFC 7643 §2.4.
func plural(name, description string, value *Attribute, types ...string) *Attribute {
	return complexOf(name, description, []*Attribute{
		value,
		str("display", "A human-readable name, for display."),
		str("type", "A label for the purpose of the value.", canonical(types...)),
		boolean("primary", "Whether this is the preferred value; true at most once."),
	}, many)
}
