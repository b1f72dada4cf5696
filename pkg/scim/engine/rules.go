package engine

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Rules are the rules of SCIM without a store, for a Provider of one's own: it keeps rows, and Rules
// make the rows of requests and the answers of rows. Provider is made of the same code. Of the
// Options, Before, After and Committed are not used: a Provider of one's own calls what it likes.
// Make them with NewRules. Safe for concurrent use.
//
//	POST          ──► Create  ──┐
//	PUT, row      ──► Replace ──┼─► Draft: the row to store ──► Written ──► answer
//	PATCH, row    ──► Patch   ──┘     Keys: what must be unique
//	GET, row      ──► Result  ──► answer
//	query, rows   ──► Search  ──► page: filter, sort order, index or cursor, projection
type Rules struct{ *core }

// NewRules makes rules from options.
func NewRules(o Options) *Rules { return &Rules{core: newCore(o)} }

// Abilities are those of a Provider that does all that the rules can do.
func (r *Rules) Abilities(t *scim.Tenant) scim.Abilities { return r.abilities(t) }

// Result is the answer to a GET, as the projection and the sender's scopes show the row.
func (r *Rules) Result(at scim.Target, row Row, pr scim.Projection) (*scim.Result, error) {
	if err := row.of(at); err != nil {
		return nil, err
	}
	v := r.viewOf(at.Type, pr, at.By)
	v.whole = true
	return r.show(at, &row, &v)
}

// Written is the answer to the write that made a draft. A Provider calls it with what it has stored.
func (r *Rules) Written(at scim.Target, d *Draft, pr scim.Projection) (*scim.Result, error) {
	v := r.viewOf(at.Type, pr, at.By)
	v.carried(d.asked)
	res, err := r.show(at, &d.Row, &v)
	return written(res, err, d.Changed, d.Notes)
}

func (r *Rules) show(at scim.Target, row *Row, v *view) (*scim.Result, error) {
	if v.err != nil {
		return nil, v.err
	}
	one := r.singleOf(at, row.resource(at.Type))
	if v.none {
		return &one.Result, nil
	}
	row.fill(at.Type, one.list[0])
	b := one.batch(at, v)
	e, err := rowEdges{at.Of(row.ID).Ref(): row}.shown(&b)
	if err != nil {
		return nil, err
	}
	return r.complete(one, &b, e)
}

// Keys are the values under which a resource is looked up. Those that are Unique may belong to one
// resource of the type at most: refuse another one with a *scim.TakenError.
func (r *Rules) Keys(at scim.Target, attributes map[string]any) []scim.IndexKey {
	return r.indexKeys(at.Tenant, at.Type, content{doc: attributes}, time.Time{})
}

// Taken is the error for a row that has a unique value of another row of its type, or nil: userName, the
// displayName of groups, and what a schema announces as unique. With an index over Keys, look there.
func (r *Rules) Taken(at scim.Target, row, other Row) error {
	if row.ID == other.ID {
		return nil
	}
	var theirs []scim.IndexKey
	for _, key := range r.Keys(at, row.Attributes) {
		if !key.Unique {
			continue
		}
		if theirs == nil {
			theirs = r.Keys(at, other.Attributes)
		}
		if slices.Contains(theirs, key) {
			return &scim.TakenError{Attr: key.Attr, ID: other.ID}
		}
	}
	return nil
}

// Want is what a Search asks of the rows of one type. ID and Key can save reading the other rows; the
// filter is applied in any case.
type Want struct {
	scim.Target                // tenant and type; ID unless it is "" is that of the only wanted row
	Key         *scim.IndexKey // unless it is nil, a value that all wanted rows have, as Rules.Keys computes it
}

// Wanted reports whether a row may be one that a Search asks for.
func (r *Rules) Wanted(want Want, row Row) bool {
	return (want.ID == "" || want.ID == row.ID) && (want.Key == nil || slices.Contains(r.Keys(want.Target, row.Attributes), *want.Key))
}

// wanted is the plan of a Search for one type.
func (r *Rules) wanted(at scim.Target, f *filter.Filter) Want {
	want := Want{Target: at}
	if f == nil {
		return want
	}
	want.Key, _ = r.plan(at.Tenant, at.Type, f)
	for _, term := range f.Terms() {
		if term.Op == filter.Eq && term.Attr == "id" && term.Value != "" {
			want.ID = term.Value
		}
	}
	return want
}

// Search answers a query over the rows of a Provider, which rows returns for one type after the other,
// in any order and with all that the filter may look at. It reads all of them, and with a filter or a
// sort order at most MaxScan: where there are many, look at Want.Key.
func (r *Rules) Search(ctx context.Context, t *scim.Tenant, q scim.Query, rows func(Want) iter.Seq2[Row, error]) (*scim.Found, error) {
	s, err := r.compiled(t, &q)
	if err != nil {
		return nil, err
	}
	found, err := r.found(ctx, s, rows)
	if err != nil {
		return nil, s.failed(err)
	}
	return found, nil
}

// found answers a compiled query.
func (r *Rules) found(ctx context.Context, s *search, rows func(Want) iter.Seq2[Row, error]) (*scim.Found, error) {
	t, q := s.t, s.Query
	found := make(rowEdges)
	var hits []hit
	budget := t.Limits.MaxScan
	for i, rt := range q.Types {
		want := r.wanted(scim.Target{Tenant: t, Type: rt}, s.filters[i])
		tested := s.filters[i] != nil || s.order != nil
		s.byKey(want.Key, scim.ByAll)
		s.plan.Residual = s.plan.Residual || s.filters[i] != nil
		for row, err := range rows(want) {
			if err == nil {
				err = ctx.Err()
			}
			if budget--; err == nil && tested && budget < 0 {
				err = s.tooWide()
			}
			if err != nil {
				return nil, err
			}
			s.plan.Read++
			if row.ID == "" {
				return nil, fmt.Errorf("a row of %s has no id", rt.Name)
			}
			if _, twice := found[want.Of(row.ID).Ref()]; twice {
				continue // a directory that is read in pages may have one in two of them
			}
			h := hit{r: row.resource(rt), typ: i}
			if s.matches(&h, r.seen(s, want.Of(""), &row, h.r)) {
				hits = append(hits, h)
				found[want.Of(row.ID).Ref()] = &row
			}
		}
	}
	s.plan.Sorted = s.order != nil
	s.sort(hits)
	pg := page{total: len(hits)}
	pg.hits, pg.more = s.window.cut(hits, s.order)
	for _, h := range pg.hits {
		rt := q.Types[h.typ]
		found[scim.Ref{Type: rt.Name, ID: h.r.ID}].fill(rt, h.r)
	}
	return r.answer(ctx, s, pg, found)
}

// sort puts hits into the order of the answer: that of the query, or by type and id.
func (s *search) sort(hits []hit) {
	if s.order != nil {
		s.order.sort(hits)
		return
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.r.ID, b.r.ID)) })
}

// seen is a row as the filter and the sort order see it.
func (r *Rules) seen(s *search, at scim.Target, row *Row, res *scim.Resource) map[string]any {
	doc, groups := row.document(at.Type), row.Groups
	if !s.By.Sees(schema.TypeGroup) {
		groups = slices.Clone(groups)
		unnamed(groups)
	}
	r.complement(at, res, groups, doc)
	list := make([]any, len(row.Members))
	for i, m := range row.Members {
		list[i] = r.element(at.Tenant, m, s.By)
	}
	if len(list) > 0 {
		doc["members"] = list
	}
	return doc
}
