package engine

import (
	"strconv"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
)

// Plan says how a Provider over a Store with ordered indexes (scim.Ranger) answers a query for one type.
type Plan struct {
	Type string // of the resources
	// Reads is what is read to find the matches.
	Reads string
	// Tests is the filter that is tested on each of them; "" if all of them match.
	Tests string
	// Order is where the order of the answer comes from; "" for the order of ids.
	Order string
	// Bound is what happens to a tenant in which there is more to read than a query may.
	Bound string
	// Most is how many resources a page by startIndex reads at most, and MostByCursor one by cursor. Singly says that
	// they are read one by one, through an index or edges, and not as a part of all resources.
	Most, MostByCursor int
	Singly             bool
}

// Explain plans a query without reading anything: one plan for each type. Errors are those of Search.
func Explain(t *scim.Tenant, q scim.Query) ([]Plan, error) {
	p := newCore(Options{})
	s, err := p.compiled(t, &q)
	if err != nil {
		return nil, err
	}
	var out []Plan
	for i, rt := range q.Types {
		out = append(out, p.explain(s, scim.Target{Tenant: t, Type: rt}, s.filters[i]))
	}
	return out, nil
}

func (p *core) explain(s *search, at scim.Target, f *filter.Filter) Plan {
	plan := Plan{Type: at.Type.Name, Tests: s.Filter, Bound: "nothing: the page alone is read"}
	many := "more than " + strconv.Itoa(s.t.Limits.MaxScan)
	bounded := many + ": tooMany by startIndex, several pages by cursor"
	r, ok := p.routeOf(s.t, at.Type, f)
	w, inGroup := p.withinOf(at, f)
	switch fixed := p.fixed(at, f); {
	case fixed != "":
		plan.Reads = fixed
	case inGroup && (r.key == nil || !r.key.Unique):
		plan.Reads = "the members of group " + quote(w.ID)
		if w.exact {
			plan.Tests = ""
		}
	case r.key != nil:
		plan.Reads = r.String()
		if key, exact := p.plan(s.t, at.Type, f); key != nil && exact {
			plan.Tests = ""
		} else if !key.Unique {
			plan.Bound = bounded
		}
	case ok:
		plan.Reads, plan.Bound = r.String(), bounded
	default:
		plan.Reads = r.String()
		if f != nil {
			plan.Bound = bounded
		}
	}
	plan.limit(s, f == nil || plan.Tests == "", r)
	if s.order == nil {
		return plan
	}
	attr, indexed := p.keyOrder(s)
	switch {
	case indexed && f == nil:
		plan.Reads, plan.Order = "a page of the index of "+attr, "the index of "+attr
		plan.Singly = true
	case indexed:
		plan.Order = "by startIndex the matches are sorted, by cursor the index of " + attr + " is walked, unless look-ups find few"
	default:
		plan.Order = "the matches are sorted: " + s.SortBy + " has no index to sort by"
		if ref := s.order.refs[0]; ref != nil && p.indexed(s.t, at.Type, ref.String()) != nil {
			plan.Order = "the matches are sorted: the index of " + s.SortBy + " does not have every match"
		}
		plan.Bound = many + ": tooMany by startIndex, the order of ids by cursor"
		plan.all(s)
	}
	return plan
}

// limit says how much a page reads: what it shows if everything that is read matches, one resource, or all that a query may.
func (plan *Plan) limit(s *search, page bool, r route) {
	plan.Singly = plan.Reads != "all resources" && r.created == nil
	switch {
	case plan.Reads == "nothing":
	case r.id != "" || r.key != nil && r.key.Unique:
		plan.Most, plan.MostByCursor = 1, 1
	case page:
		plan.Most, plan.MostByCursor = s.window.limit, s.window.limit
	default:
		if plan.all(s); r.ranges != nil || r.sides != nil {
			plan.MostByCursor += min(gatherMax, plan.MostByCursor) + 1 // a range that is too long is left after these
		}
	}
}

// all says that a page reads as much as a query may.
func (plan *Plan) all(s *search) {
	most := s.t.Limits.MaxScan
	plan.Most, plan.MostByCursor = most, min(most, walkScan)
}

// fixed is what terms on id, type and members lead to, which go before every index; "" if there are none.
func (p *core) fixed(at scim.Target, f *filter.Filter) string {
	if f == nil {
		return ""
	}
	for _, term := range f.Terms() {
		switch {
		case term.Op != filter.Eq:
		case term.Attr == "id":
			return "get id " + quote(term.Value)
		case term.Attr == "meta.resourceType" && term.Value != at.Type.Name:
			return "nothing"
		case term.Attr == "members.value" && p.factsOf(at.Type).hasMembers:
			return "the groups of member " + quote(term.Value)
		}
	}
	return ""
}
