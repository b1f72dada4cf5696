package scim

// Limits bound the work of one request. In a TenantConfig zero means the value of DefaultLimits;
// the limits of a Tenant are complete.
type Limits struct {
	MaxBody        int // bytes of a request body
	MaxDepth       int // nesting of a JSON body
	MaxNodes       int // members of objects and elements of lists in a JSON body
	MaxValues      int // values of one multi-valued attribute, other than members, that a write may leave
	MaxResults     int // resources on one page
	DefaultResults int // page size when the client names none
	MaxScan        int // resources that one query without an index may read, in a third of the time of its request
	MaxOperations  int // operations of one Bulk request
	MaxPatchOps    int // operations of one PATCH request
	MaxMembers     int // members of a group in an answer; those of a larger group are left out, never cut off
	MaxNesting     int // levels of indirect membership that are followed; groups further up are left out, with a note
	MaxAnswer      int // bytes of an answer, beyond which members are left out; 0 means no limit
	CursorSeconds  int // life of a cursor
	Rate           int // requests per second in the long run, or NoLimit
	Burst          int // requests at once after a pause; with a Rate of one's own, twice the Rate by default
}

// NoLimit is the Rate of a tenant whose requests are not counted.
const NoLimit = -1

// DefaultLimits returns the limits of a tenant that sets none. Identity providers send up to 40 requests
// per second while they provision for the first time.
func DefaultLimits() Limits {
	return Limits{
		MaxBody: 6 << 20, MaxDepth: 32, MaxNodes: 500_000, MaxValues: 1000, MaxResults: 1000, DefaultResults: 100, MaxScan: 100_000,
		MaxOperations: 1000, MaxPatchOps: 10000, MaxMembers: 25000, MaxNesting: 10, CursorSeconds: 3600,
		Rate: 50, Burst: 200,
	}
}

// limit is one field of Limits.
type limit struct {
	name  string
	value *int
}

func (l *Limits) fields() []limit {
	return []limit{
		{"MaxBody", &l.MaxBody}, {"MaxDepth", &l.MaxDepth}, {"MaxNodes", &l.MaxNodes}, {"MaxValues", &l.MaxValues}, {"MaxResults", &l.MaxResults},
		{"DefaultResults", &l.DefaultResults}, {"MaxScan", &l.MaxScan}, {"MaxOperations", &l.MaxOperations},
		{"MaxPatchOps", &l.MaxPatchOps}, {"MaxMembers", &l.MaxMembers}, {"MaxNesting", &l.MaxNesting},
		{"MaxAnswer", &l.MaxAnswer}, {"CursorSeconds", &l.CursorSeconds},
		{"Rate", &l.Rate}, {"Burst", &l.Burst},
	}
}

// complete replaces zeros by the defaults.
func (l Limits) complete() Limits {
	d := DefaultLimits()
	if l.Rate > 0 {
		d.Burst = 2 * l.Rate
	}
	defaults := d.fields()
	for i, f := range l.fields() {
		if *f.value == 0 {
			*f.value = *defaults[i].value
		}
	}
	return l
}

// negative names the first field below zero, or is "". Rate may be NoLimit.
func (l Limits) negative() string {
	if l.Rate == NoLimit {
		l.Rate = 0
	}
	for _, f := range l.fields() {
		if *f.value < 0 {
			return f.name
		}
	}
	return ""
}
