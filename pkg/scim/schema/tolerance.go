package schema

// Tolerance is a set of ways in which a client may stray from the RFC and still be
// understood. A tolerant reading has them all, a strict one has none; each can be switched
// off on its own (ResourceType.Less). Whoever reads under a tolerance leaves a note.
type Tolerance uint32

// The tolerances of the core: those that take the schema or the stored resource to decide.
// What a client spells in a way of its own is rewritten before, by pkg/dialect.
const (
	BooleanText    Tolerance = 1 << iota // "False" is false
	EmptyText                            // "" is no value
	BareValue                            // one value stands for a list of one
	ListOfOne                            // a list of one stands for the object in it
	TextValue                            // a text stands for the object whose value it is
	ValuelessEntry                       // an element without a value is left out
	LastPrimary                          // of several primaries the last one counts
	NoSchemas                            // schemas may be missing
	UnknownSchemas                       // unknown URNs in schemas are ignored
	UnknownNames                         // unknown attributes are ignored
	BareExtension                        // an extension's attribute may stand without its URN
	BareWord                             // a word of a filter may lack its quotes
	MissingElement                       // a filter of a PATCH path that selects nothing makes the element
	RemoveNamed                          // remove with a value removes just that
	AllTolerances  = RemoveNamed<<1 - 1
)

// Mode says how far values may stray from the RFC. The zero value is tolerant.
type Mode struct {
	Strict bool
	less   Tolerance // what a tolerant reading goes without
	// Notes, if set, gets what Coerce and CoerceElement ignored or repaired: names of
	// attributes and no values of the client's.
	Notes *[]string
}

// Allows tells whether a tolerance holds.
func (m Mode) Allows(t Tolerance) bool { return !m.Strict && m.less&t == 0 }

// Less is the resource type read without some tolerances, on every way in.
func (rt *ResourceType) Less(t Tolerance) *ResourceType {
	out := *rt
	out.less |= t
	return &out
}

// Mode is how the resource type is read for a strict or a tolerant tenant.
func (rt *ResourceType) Mode(strict bool) Mode { return Mode{Strict: strict, less: rt.less} }
