package overlay

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// layer holds the differences between a tenant and its base.
type layer struct {
	docs    map[scim.Ref]*state
	edges   map[string]map[string]*scim.Member // group id → member id → edge, nil for a removed one
	touches map[string]touches                 // group id → removals of its members
	changed map[string]struct{}                // ids of all resources that differ
}

func newLayer() *layer {
	return &layer{
		docs: map[scim.Ref]*state{}, edges: map[string]map[string]*scim.Member{},
		touches: map[string]touches{}, changed: map[string]struct{}{},
	}
}

// state is a resource in the base and in the overlay; nil means that it does not exist there.
type state struct {
	before, after *scim.Resource
	keyed         bool   // the index keys are those of after; otherwise they are those in the base
	touches       int64  // touches that the version of after includes
	display       string // see scim.Change; "" if the overlay has not changed it
}

// touches counts the deleted resources that were members of a group. Each gives the group a new
// version. They are kept by id and added when the group is read, because an edge does not say
// which resource type its group has.
type touches struct {
	n    int64
	last time.Time
}

// now returns the resource as the overlay has it, or nil.
func (l *layer) now(st *state) *scim.Resource {
	if st.after == nil {
		return nil
	}
	return l.touch(st.after, st.touches)
}

// touch adds to a resource the touches that it does not include yet.
func (l *layer) touch(r *scim.Resource, included int64) *scim.Resource {
	t := l.touches[r.ID]
	if t.n == included {
		return r
	}
	next := *r
	next.Version += t.n - included
	next.LastModified = t.last
	return &next
}

// edge sets one membership; nil removes it.
func (l *layer) edge(group, member string, m *scim.Member) {
	if l.edges[group] == nil {
		l.edges[group] = map[string]*scim.Member{}
	}
	l.edges[group][member] = m
}
