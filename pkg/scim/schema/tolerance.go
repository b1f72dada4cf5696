package schema

// Tolerance is a set of deviations from the RFCs that are accepted. Tolerant mode has all of
// them, strict mode has none. Each can be switched off (ResourceType.WithoutTolerances). Use of a
// tolerance is reported in a note.
type Tolerance uint32

// The tolerances that need the schema or the stored resource. Package dialect handles the other
// ones: it rewrites requests before they are read.
const (
	BooleanString  Tolerance = 1 << iota // "False" is false
	EmptyString                          // "", and blanks where no string is required, are unassigned; so are blanks, {} and [] for an id
	BareValue                            // one value is a list of one
	ListOfOne                            // a list of one object, or in a PATCH of one value, is its element; [] is unassigned
	StringValue                          // a string is an object with that value
	ValuelessEntry                       // an element without a value is ignored
	LastPrimary                          // of several primary values the last one counts
	NoSchemas                            // schemas may be missing
	UnknownSchemas                       // unknown URNs in schemas are ignored
	UnknownNames                         // unknown attributes are ignored
	BareExtension                        // the attribute of an extension may be named without its URN
	UnquotedValue                        // a string in a filter may lack its quotes
	MissingElement                       // a filter in a PATCH path that selects no element creates one
	RemoveNamed                          // remove with a value removes only the given elements
	ValueType                            // numbers as strings, digits in quotes as numbers, dates as dateTimes
	SingleFilter                         // a filter after a single value treats it as a list of one
	UserGroups                           // a PATCH path "groups" of a user is ignored
	AllTolerances  = UserGroups<<1 - 1
)

// Mode says which deviations from the RFCs are accepted. The zero value is tolerant mode.
type Mode struct {
	Strict bool
	// Unchecked brings values into the canonical form of their Kind where it has one, and applies no Rule:
	// what is read selects values and is not stored.
	Unchecked bool
	less      Tolerance // switched off in tolerant mode
	// MaxValues is how many values a multi-valued attribute other than members may have, or 0 for no
	// limit. More are a *Fault with the code FaultValues, before any of them is read.
	MaxValues int
	// MaxBytes is how many bytes the strings of one value have at most, members aside, or 0 for no limit. More are a
	// *Fault with the code FaultSize, before their comparison forms are made: a store could not keep them.
	MaxBytes int
	// Stored is the document that the value is to change, or nil. An attribute may have as many
	// values as it has there, so that what was stored under a higher limit can be written back and
	// shrink. A value that it has there is not refused by a Rule.
	Stored Values
	// Notes, if set, receives what Coerce and CoerceElement ignored or repaired. Notes name
	// attributes and do not repeat values, except for booleans.
	Notes *[]string
}

// Allows reports whether a tolerance is in force.
func (m Mode) Allows(t Tolerance) bool { return !m.Strict && m.less&t == 0 }

// WithoutTolerances returns a copy of the resource type that is read without some tolerances,
// in bodies, filters and paths.
func (rt *ResourceType) WithoutTolerances(t Tolerance) *ResourceType {
	out := *rt
	out.less |= t
	return &out
}

// Mode returns how resources of the type are read for a strict or a tolerant tenant.
func (rt *ResourceType) Mode(strict bool) Mode { return Mode{Strict: strict, less: rt.less} }
