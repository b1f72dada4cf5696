package engine

import (
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// sorted answers a query with an order: from an index in that order, or else from all matches if they are not
// too many. done is false if neither is possible.
func (w *walker) sorted() (pg page, done bool, err error) {
	attr, ok := w.p.keyOrder(w.s)
	w.begin(0)
	switch {
	case !w.s.window.cursor && !ok:
		return pg, false, nil
	case !w.s.window.cursor:
		return w.jump(attr)
	case !ok || w.narrow():
		if pg, done, err = w.all(); done || err != nil || !ok {
			return pg, done, err
		}
	}
	if pg, done, err = w.byIndex(attr); done || err != nil {
		return pg, done, err
	}
	return w.all()
}

// narrow reports whether the filter leads to resources in another way that promises to be few.
func (w *walker) narrow() bool {
	if w.filter == nil {
		return false
	}
	for _, term := range w.filter.Terms() {
		if term.Attr == "id" || term.Attr == groupPath || term.Attr == "members.value" {
			return true
		}
	}
	r, _ := w.p.routeOf(w.Tenant, w.Type, w.filter)
	return r.key != nil || r.sides != nil
}

// all sorts all matches. done is false if they are too many.
func (w *walker) all() (pg page, done bool, err error) {
	hits, err := w.p.collect(w.ctx, w.s, min(w.s.t.Limits.MaxScan, walkScan))
	var refused *scim.Error
	if errors.As(err, &refused) && refused.Code == scim.CodeQueryTooWide {
		return pg, false, nil
	}
	if err != nil {
		return pg, false, err
	}
	pg.total = len(hits)
	pg.hits, pg.more = w.s.window.cut(hits, w.s.order)
	return pg, true, nil
}

// byIndex walks an index in its order, with the filter for what remains.
func (w *walker) byIndex(attr string) (pg page, done bool, err error) {
	kr, p := scim.KeyRange{Attr: attr}, scim.Page{Limit: w.chunk()}
	if r, _ := w.p.routeOf(w.Tenant, w.Type, w.filter); len(r.ranges) == 1 && r.ranges[0].Attr == attr {
		kr = r.ranges[0]
	}
	if w.filter == nil { // each matches
		p.Limit = min(w.s.window.limit+1, w.chunk())
	}
	kr.Reverse, w.s.indexed = w.s.order.descending, true
	if from := w.s.window.from; from != nil {
		kr.After, p.After = from.Key, from.After
	}
	w.s.by(scim.ByIndex, attr)
	for {
		list, err := w.p.order.Range(w.ctx, w.Tenant.ID, w.Type.Name, kr, p)
		if errors.Is(err, scim.ErrUnordered) {
			w.s.indexed = false
			return pg, false, nil
		}
		if err != nil {
			return pg, false, err
		}
		rs := make([]*scim.Resource, len(list.Entries))
		for i, e := range list.Entries {
			rs[i] = e.Resource
		}
		if err := w.test(rs); err != nil {
			return pg, false, err
		}
		if w.spent(len(rs)); !list.More || len(rs) == 0 || w.full() {
			break
		}
		last := list.Entries[len(rs)-1]
		if kr.After, p.After = last.Value, last.Resource.ID; w.over() {
			w.next = &position{After: p.After, Key: kr.After, Has: true}
			break
		}
		p.Limit = w.larger(p.Limit)
	}
	pg = w.page()
	if w.filter == nil {
		total, err := w.p.store.List(w.ctx, w.Tenant.ID, w.Type.Name, scim.Page{})
		pg.total = total.Total
		return pg, err == nil, err
	}
	return pg, true, nil
}

// jump answers a page by startIndex of all resources in the order of an index, from the end that is nearer.
func (w *walker) jump(attr string) (pg page, done bool, err error) {
	list, err := w.p.store.List(w.ctx, w.Tenant.ID, w.Type.Name, scim.Page{})
	if err != nil || list.Total < 0 {
		return pg, false, err
	}
	total, offset := list.Total, min(w.s.window.offset, list.Total)
	limit := min(w.s.window.limit, total-offset)
	kr, p := scim.KeyRange{Attr: attr, Reverse: w.s.order.descending}, scim.Page{Offset: offset, Limit: limit, Reach: w.s.t.Limits.MaxScan}
	rest := total - offset - limit
	if rest < offset {
		kr.Reverse, p.Offset = !kr.Reverse, rest
	}
	found, err := w.p.order.Range(w.ctx, w.Tenant.ID, w.Type.Name, kr, p)
	if errors.Is(err, scim.ErrUnordered) {
		return pg, false, nil
	}
	if err != nil {
		return pg, false, err
	}
	if rest < offset {
		slices.Reverse(found.Entries)
	}
	pg = page{total: total, more: rest > 0}
	for _, e := range found.Entries {
		pg.hits = append(pg.hits, hit{r: e.Resource, key: sortKey{has: true, text: e.Value}})
	}
	w.s.indexed = true
	w.s.by(scim.ByIndex, attr)
	w.s.plan.Read += len(found.Entries)
	return pg, true, nil
}
