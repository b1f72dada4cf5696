package engine

import (
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
)

// gatherMax is how many entries of an index one page of a walk reads to put them in the order of ids. A
// walk of more goes by id from the beginning, and is still bounded.
const gatherMax = 5000

// walkScan is how many resources one page of a walk reads at most, where MaxScan is not less.
const walkScan = 20_000

// walker finds one page of a query in cursor mode: it stops when the page is full, or when it has read as
// much, or for as long, as one page may. So a query is never refused, and a page may have fewer matches than
// were asked for, or none, and yet a next one.
type walker struct {
	collector
	next *position // where the walk goes on, if the page is not full
}

// walked answers a query that need not look at all resources for one page. done is false for any other query.
func (p *Provider) walked(ctx context.Context, s *search) (pg page, done bool, err error) {
	w := &walker{collector: collector{p: p, ctx: ctx, s: s, budget: min(s.t.Limits.MaxScan, walkScan), stop: stopOf(ctx)}}
	if from := s.window.from; from != nil {
		s.plain, s.wide = from.Plain, from.Wide
	}
	if s.window.cursor && !s.plain {
		if few, err := w.few(); few || err != nil {
			return pg, false, err
		}
	}
	if s.order != nil && !s.plain {
		if pg, done, err = w.sorted(); done || err != nil || !s.window.cursor {
			return pg, done, err
		}
		s.plain = true
	}
	if s.plain {
		s.order = nil
	}
	first, after := 0, ""
	if from := s.window.from; from != nil {
		first, after = from.Type, from.After
	}
	for i := first; i < len(s.Types) && !w.full(); i++ {
		if w.begin(i); i > first {
			after = ""
		}
		if err := w.walkType(after); err != nil {
			return pg, false, err
		}
	}
	return w.page(), true, nil
}

// few reports whether the types of the query have so few resources that looking at all of them costs no more
// than a page, so that the total is known, too. A few groups may have many members to look at.
func (w *walker) few() (bool, error) {
	for _, f := range w.s.filters {
		if f == nil || !f.Uses("members") {
			continue
		}
		if _, only := f.Equals("members"); !only {
			return false, nil
		}
	}
	left := min(scanPage, w.budget)
	for _, rt := range w.s.Types {
		list, err := w.p.store.List(w.ctx, w.s.t.ID, rt.Name, scim.Page{})
		if left -= list.Total; err != nil || list.Total < 0 || left < 0 {
			return false, err
		}
	}
	return true, nil
}

// full reports whether the walk ends here.
func (w *walker) full() bool { return w.next != nil || len(w.hits) > w.s.window.limit }

// page is what the walk has found. The total is known if it has come from the beginning to the end.
func (w *walker) page() page {
	pg := page{hits: w.hits, total: -1, next: w.next}
	switch limit := w.s.window.limit; {
	case len(w.hits) > limit:
		pg.hits, pg.more, pg.next = w.hits[:limit], true, nil
	case w.next == nil && w.s.window.from == nil:
		pg.total = len(w.hits)
	}
	return pg
}

// walkType reads a type after an id by the best route.
func (w *walker) walkType(after string) error {
	var key *scim.IndexKey
	if w.filter != nil {
		ids, ok, err := w.candidates()
		if err != nil {
			return err
		}
		if ok {
			return w.walkIDs(ids, after)
		}
		r, _ := w.p.routeOf(w.Tenant, w.Type, w.filter)
		if !w.s.wide && (r.ranges != nil || r.sides != nil) {
			rs, err := w.gather(r, min(gatherMax, w.budget))
			if err == nil {
				return w.tested(slices.DeleteFunc(rs, func(r *scim.Resource) bool { return r.ID <= after }))
			} else if !errors.Is(err, errMany) && !errors.Is(err, scim.ErrUnordered) {
				return err
			}
			w.s.wide = true // the next pages need not try
		}
		key, w.stretch = r.key, stretchOf(r.created)
	}
	return w.walkOn(key, max(after, w.stretch.after))
}

// tested is test. Where it ends early, the walk goes on there with the next page.
func (w *walker) tested(rs []*scim.Resource) error {
	w.atEnd = stops
	err := w.test(rs)
	if w.rest != "" {
		w.next = &position{After: w.rest, Type: w.typ}
	}
	return err
}

// walkIDs reads resources by their ids.
func (w *walker) walkIDs(ids []string, after string) error {
	ids = slices.Sorted(slices.Values(ids))
	ids = ids[sort.Search(len(ids), func(i int) bool { return ids[i] > after }):]
	for n := w.chunk(); len(ids) > 0; n = w.larger(n) {
		part := ids[:min(n, len(ids))]
		ids = ids[len(part):]
		rs, err := w.p.getMany(w.ctx, w.Tenant, w.Type.Name, part)
		if err != nil {
			return err
		}
		if err := w.tested(merged(rs)); err != nil {
			return err
		}
		if w.spent(len(part)); w.full() {
			return nil
		}
		if w.over() && len(ids) > 0 {
			w.next = &position{After: part[len(part)-1], Type: w.typ}
			return nil
		}
	}
	return nil
}

// walkOn reads all resources of the type after an id, or those under a key.
func (w *walker) walkOn(key *scim.IndexKey, after string) error {
	l := listing{Target: w.Target, key: key, page: scim.Page{After: after, Limit: w.chunk()}}
	w.s.byStretch(key, w.stretch)
	for {
		list, _, err := w.p.list(w.ctx, l, false)
		if err != nil {
			return err
		}
		part, done := w.stretch.cut(list.Resources)
		if err := w.tested(part); err != nil {
			return err
		}
		if w.spent(len(list.Resources)); done || !list.More || len(list.Resources) == 0 || w.full() {
			return nil
		}
		l.page.After = list.Resources[len(list.Resources)-1].ID
		if w.over() {
			w.next = &position{After: l.page.After, Type: w.typ}
			return nil
		}
		l.page.Limit = w.larger(l.page.Limit)
	}
}

// chunk is how many resources are read at a time: a little more than the page, if each matches.
func (w *walker) chunk() int { return max(1, min(scanPage, 2*w.s.window.limit+1, w.budget)) }

// larger is how many are read next: twice as many as before where few match, so that a small page is not many small reads.
func (w *walker) larger(n int) int {
	if 2*len(w.hits) > w.s.window.limit {
		return w.chunk()
	}
	return max(1, min(scanPage, 2*n, w.budget))
}

func (w *walker) spent(n int) { w.budget, w.s.plan.Read = w.budget-n, w.s.plan.Read+n }

// over reports whether the page has read all that it may.
func (w *walker) over() bool { return w.budget <= 0 || w.late() }
