package scim

// Plan says how a Provider found the matches of a query, and how much it read. It has names of attributes and no
// values, so that a log may keep it. The zero Plan says that the Provider reports none.
type Plan struct {
	By       PlanBy
	Attr     string // of the index, for ByLookup, ByRange and ByIndex
	Residual bool   // the filter was tested on each resource that was read
	Sorted   bool   // all matches were sorted
	Read     int    // resources, each time that one was read
}

// PlanBy is what leads to the resources that are read.
type PlanBy string

// The ways to resources.
const (
	ByNothing PlanBy = "nothing" // nothing can match
	ByID      PlanBy = "id"
	ByLookup  PlanBy = "look-up" // one value of an index
	ByRange   PlanBy = "range"   // a part of an index
	ByUnion   PlanBy = "union"   // several look-ups and ranges
	ByIndex   PlanBy = "index"   // an index in its order
	ByCreated PlanBy = "created" // ids made in a time
	ByGroup   PlanBy = "group"   // the members of a group
	ByMember  PlanBy = "member"  // the groups of a member
	ByPage    PlanBy = "page"    // a page of all resources
	ByAll     PlanBy = "all"     // all resources
)

// String is the plan in short, such as "range userName, residual"; "" for the zero Plan.
func (p Plan) String() string {
	s := string(p.By)
	if p.Attr != "" {
		s += " " + p.Attr
	}
	if p.Residual {
		s += ", residual"
	}
	if p.Sorted {
		s += ", sorted"
	}
	return s
}
