package engine

import "github.com/scimstack/scimstack/pkg/scim"

// by notes what leads to the resources of a search. Of a search that takes several ways, because one was too long or
// because it is for several types, the last one is noted.
func (s *search) by(way scim.PlanBy, attr string) { s.plan.By, s.plan.Attr = way, attr }

// byKey notes a look-up, or another way if there is no key.
func (s *search) byKey(key *scim.IndexKey, otherwise scim.PlanBy) {
	if key == nil {
		s.by(otherwise, "")
	} else {
		s.by(scim.ByLookup, key.Attr)
	}
}

// byStretch notes a walk under a key, or over all ids or a part of them.
func (s *search) byStretch(key *scim.IndexKey, part stretch) {
	if part == (stretch{}) {
		s.byKey(key, scim.ByAll)
	} else {
		s.byKey(key, scim.ByCreated)
	}
}

// byRoute notes a route through indexes.
func (s *search) byRoute(r route) {
	switch {
	case r.id != "":
		s.by(scim.ByID, "")
	case r.sides != nil:
		s.by(scim.ByUnion, "")
	case r.ranges != nil:
		s.by(scim.ByRange, r.ranges[0].Attr)
	default:
		s.byKey(r.key, scim.ByAll)
	}
}
