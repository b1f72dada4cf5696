package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// route is a way to all resources that can match a filter, which a Store with ordered indexes has. The
// filter tests what is found there. One of the fields is set; none means all resources of the type.
type route struct {
	id      string          // the resource with an id
	key     *scim.IndexKey  // those under a key
	ranges  []scim.KeyRange // those in parts of one index
	created *created        // those made in a time
	sides   []route         // those on any of these routes
}

// created is an open interval of times of creation; a zero time is no bound.
type created struct{ from, to time.Time }

// clockSlack is by how much the time in an id and meta.created may differ.
const clockSlack = time.Minute

// routeOf finds the best route: a key, then a union of look-ups, then a part of an index, then a time.
func (p *core) routeOf(t *scim.Tenant, rt *schema.ResourceType, f *filter.Filter) (route, bool) {
	if f == nil {
		return route{}, false
	}
	if r, ok := p.routeBy(t, rt, f.Terms()); ok && r.key != nil {
		return r, true
	}
	if r, ok := p.routeByChoice(t, rt, f); ok {
		return r, true
	}
	return p.routeBy(t, rt, f.Terms())
}

// routeByChoice is the union of the sides of an "or", if each of them has a route that reads little.
func (p *core) routeByChoice(t *scim.Tenant, rt *schema.ResourceType, f *filter.Filter) (route, bool) {
next:
	for _, sides := range f.Choices() {
		var union route
		for _, terms := range sides {
			r, ok := p.routeBy(t, rt, terms)
			if !ok || r.created != nil {
				continue next
			}
			union.sides = append(union.sides, r)
		}
		return union, true
	}
	return route{}, false
}

// routeBy is the best route by terms that every match meets.
func (p *core) routeBy(t *scim.Tenant, rt *schema.ResourceType, terms []filter.Term) (best route, ok bool) {
	for _, term := range terms {
		if term.Op == filter.Eq && term.Attr == "id" {
			return route{id: term.Value}, true
		}
	}
	if key, _ := p.planTerms(t, rt, terms); key != nil {
		return route{key: key}, true
	}
	for _, term := range terms {
		if r := p.rangesOf(t, rt, term, terms); r != nil && (best.ranges == nil || term.Op == filter.Sw) {
			best, ok = route{ranges: r}, true
		}
	}
	if ok || p.ids == nil {
		return best, ok
	}
	var c created
	for _, term := range terms {
		if at, err := time.Parse(time.RFC3339Nano, term.Value); err == nil && term.Attr == "meta.created" {
			c.add(term.Op, at)
		}
	}
	if c == (created{}) {
		return route{}, false
	}
	return route{created: &c}, true
}

// add narrows the interval.
func (c *created) add(op filter.Op, at time.Time) {
	if op != filter.Lt && op != filter.Le && at.After(c.from) {
		c.from = at
	}
	if op != filter.Gt && op != filter.Ge && (c.to.IsZero() || at.Before(c.to)) {
		c.to = at
	}
}

// rangesOf are the parts of an index that hold what meets a term. The bounds of an attribute with one value
// are put together; of many values, one may meet this bound and another one the next.
func (p *core) rangesOf(t *scim.Tenant, rt *schema.ResourceType, term filter.Term, terms []filter.Term) []scim.KeyRange {
	ix := p.indexed(t, rt, term.Attr)
	if ix == nil || !ordered(ix) || term.Value == "" || !t.Indexes.Complete(rt.Name, ix.attr) {
		return nil
	}
	if term.Op == filter.Sw {
		return prefixRanges(ix, term.Value)
	}
	r := scim.KeyRange{Attr: ix.attr}
	for _, other := range terms {
		if other.Attr == term.Attr && (other == term || oneValue(ix)) && other.Value != "" {
			ix.narrow(&r, other)
		}
	}
	if r.From == "" && r.To == "" {
		return nil
	}
	return []scim.KeyRange{r}
}

// narrow takes a bound into a range. Keys of times have milliseconds, so that a bound of a time includes the one
// at hand.
func (ix *indexPath) narrow(r *scim.KeyRange, term filter.Term) {
	if ix.attr == scim.LastModified {
		at, err := time.Parse(time.RFC3339Nano, term.Value)
		if err != nil {
			return
		}
		term.Value = ix.timeKey(at)
		if term.Op != filter.Lt && term.Op != filter.Le {
			r.From = max(r.From, term.Value)
		}
		if term.Op != filter.Gt && term.Op != filter.Ge {
			r.To = lower(r.To, scim.Above(term.Value))
		}
		return
	}
	switch term.Op {
	case filter.Gt:
		r.From = max(r.From, scim.Above(term.Value))
	case filter.Ge:
		r.From = max(r.From, term.Value)
	case filter.Lt:
		r.To = lower(r.To, term.Value)
	case filter.Le:
		r.To = lower(r.To, scim.Above(term.Value))
	}
}

func lower(bound, other string) string {
	if bound == "" {
		return other
	}
	return min(bound, other)
}

// maxRanges bounds the parts of an index that one prefix asks for: each is read by itself.
const maxRanges = 16

// prefixRanges are the parts of an index with the values that begin with a text. The form of an identifier
// keeps ß, and a text that is compared with parts of a string has ss in its place, so that a value can begin
// with the text where its form has ß. A text of other characters, or with blanks, says too little about the form.
func prefixRanges(ix *indexPath, text string) []scim.KeyRange {
	list := []scim.KeyRange{{Attr: ix.attr, Prefix: text}}
	leaf := ix.Leaf()
	if leaf.Fold("ß") == schema.Fold("ß") || leaf.CaseExact {
		return list
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return nil
		}
		if text[i] == 's' && (i+1 == len(text) || text[i+1] == 's') {
			if len(list) == maxRanges {
				return nil
			}
			list = append(list, scim.KeyRange{Attr: ix.attr, Prefix: text[:i] + "ß"})
		}
	}
	return list
}

// ordered reports whether the keys of an index sort as its values do.
func ordered(ix *indexPath) bool {
	return ix.Leaf().Type == schema.String || ix.Leaf().Type == schema.Reference || ix.attr == scim.LastModified
}

// oneValue reports whether a resource has one value of an attribute at most.
func oneValue(ix *indexPath) bool {
	return !ix.Attr.MultiValued && (ix.Sub == nil || !ix.Sub.MultiValued)
}

// keyOrder is the index whose order is that of the sorter, if everything that matches is in it.
func (p *core) keyOrder(s *search) (attr string, ok bool) {
	if s.order == nil || len(s.Types) != 1 || s.order.refs[0] == nil {
		return "", false
	}
	ref := s.order.refs[0]
	ix := p.indexed(s.t, s.Types[0], ref.String())
	if ix == nil || !ordered(ix) || !oneValue(ix) || !ix.everywhere(s.filters[0]) || !s.t.Indexes.Complete(s.Types[0].Name, ix.attr) {
		return "", false
	}
	return ix.attr, true
}

// everywhere reports whether each match of a filter has a key of the index.
func (ix *indexPath) everywhere(f *filter.Filter) bool {
	if ix.attr == scim.LastModified || ix.Attr.Required && ix.Container == "" && ix.Sub == nil {
		return true
	}
	return f != nil && slices.ContainsFunc(f.Terms(), func(t filter.Term) bool { return t.Attr == ix.attr && t.Value != "" })
}

// String says what a route reads.
func (r route) String() string {
	switch {
	case r.id != "":
		return "get id " + quote(r.id)
	case r.key != nil && r.key.Unique:
		return "look up " + r.key.Attr + " " + quote(r.key.Value) + " (unique)"
	case r.key != nil:
		return "look up " + r.key.Attr + " " + quote(r.key.Value)
	case r.ranges != nil:
		var parts []string
		for _, k := range r.ranges {
			parts = append(parts, rangeText(k))
		}
		return "range of " + r.ranges[0].Attr + ": " + strings.Join(parts, ", or ")
	case r.created != nil:
		return "ids made " + r.created.String()
	case r.sides != nil:
		var parts []string
		for _, side := range r.sides {
			parts = append(parts, side.String())
		}
		return "union: " + strings.Join(parts, "; ")
	}
	return "all resources"
}

func quote(s string) string { return string(schema.AppendValue(nil, s)) }

func rangeText(k scim.KeyRange) string {
	var parts []string
	if k.Prefix != "" {
		parts = append(parts, "begins with "+quote(k.Prefix))
	}
	if value, above := strings.CutSuffix(k.From, "\x00"); k.From != "" {
		parts = append(parts, map[bool]string{true: "above ", false: "from "}[above]+quote(value))
	}
	if value, upTo := strings.CutSuffix(k.To, "\x00"); k.To != "" {
		parts = append(parts, map[bool]string{true: "up to ", false: "below "}[upTo]+quote(value))
	}
	return strings.Join(parts, " and ")
}

func (c *created) String() string {
	var parts []string
	if !c.from.IsZero() {
		parts = append(parts, "from "+schema.FormatTime(c.from))
	}
	if !c.to.IsZero() {
		parts = append(parts, "until "+schema.FormatTime(c.to))
	}
	return strings.Join(parts, " ") + ", a minute more at each end"
}

// merged sorts resources by id and keeps each once.
func merged(rs []*scim.Resource) []*scim.Resource {
	slices.SortFunc(rs, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(rs, func(a, b *scim.Resource) bool { return a.ID == b.ID })
}
