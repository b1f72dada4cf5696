package scim

import (
	"context"
	"errors"
	"sort"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// scanPage is how many resources an unindexed query reads at a time.
const scanPage = 500

// hit is a resource that matches, with what sorting needs.
type hit struct {
	r   *Resource
	typ int // index into Query.Types
	key sortKey
}

// Get implements Provider.
func (p *StandardProvider) Get(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, pr Projection) (*Result, error) {
	if p.distant {
		pr.ahead = p.groupsAhead(ctx, t, rt, pr, id)
	}
	r, err := p.store.Get(ctx, t.ID, rt.Name, id)
	if err != nil {
		return nil, err
	}
	return p.result(ctx, t, rt, r, pr, nil, false, nil)
}

// Search implements Provider: plan, read, filter, sort, page, render.
func (p *StandardProvider) Search(ctx context.Context, t *Tenant, q Query) (*Found, error) {
	filters, err := q.compile(t)
	if err != nil {
		return nil, err
	}
	order, err := newSorter(&q)
	if err != nil {
		return nil, err
	}
	w, err := p.window(t, &q)
	if err != nil {
		return nil, err
	}
	if len(q.Types) == 1 && order == nil {
		if f, done, err := p.direct(ctx, t, &q, filters[0], w); done || err != nil {
			return f, err
		}
	}
	hits, err := p.collect(ctx, t, &q, filters, order)
	if err != nil {
		return nil, err
	}
	total := len(hits)
	hits, more := w.cut(hits, order)
	return p.answer(ctx, t, &q, w, hits, total, more)
}

// window is the part of the result that the client asked for.
type window struct {
	offset, limit int
	from          *position // cursor mode, not the first page
	cursor        bool
	bound         string
}

func (p *StandardProvider) window(t *Tenant, q *Query) (*window, error) {
	limits := t.Limits.orDefault()
	w := &window{limit: limits.DefaultResults, cursor: q.HasCursor, bound: q.bound(t)}
	if q.HasCount {
		w.limit = min(max(q.Count, 0), limits.MaxResults)
	}
	if !q.HasCursor {
		w.offset = max(q.StartIndex, 1) - 1
		return w, nil
	}
	if q.HasStart {
		return nil, errorf(CodePaging, "startIndex and cursor exclude each other; send only one")
	}
	if q.Cursor == "" {
		return w, nil
	}
	pos, err := p.cursors(t).open(q.Cursor, w.bound)
	if err != nil {
		return nil, err
	}
	if q.HasCount && w.limit != pos.Count {
		return nil, errorf(CodeCursorCount, "count must stay %d for this cursor", pos.Count)
	}
	w.limit, w.from = pos.Count, &pos
	return w, nil
}

// direct serves what the store can page itself: no filter, or one exact index look-up.
func (p *StandardProvider) direct(ctx context.Context, t *Tenant, q *Query, f *filter.Filter, w *window) (*Found, bool, error) {
	rt := q.Types[0]
	page := Page{Offset: w.offset, Limit: w.limit}
	if w.from != nil {
		page = Page{After: w.from.After, Limit: w.limit}
	}
	var list List
	var err error
	if f == nil {
		page.Begins = func(after string) { q.Projection.ahead = p.groupsBehind(ctx, t, rt, q.Projection, after, w.limit) }
		list, err = p.store.List(ctx, t.ID, rt.Name, page)
	} else {
		key, exact := p.plan(t, rt, f)
		if key == nil || !exact {
			return nil, false, nil
		}
		if p.distant {
			page.Found = func(ids []string) { q.Projection.ahead = p.groupsAhead(ctx, t, rt, q.Projection, ids...) }
		}
		list, err = p.store.Lookup(ctx, t.ID, rt.Name, *key, page)
	}
	if err != nil {
		return nil, true, err
	}
	hits := make([]hit, len(list.Resources))
	for i, r := range list.Resources {
		hits[i] = hit{r: r}
	}
	found, err := p.answer(ctx, t, q, w, hits, list.Total, list.More)
	return found, true, err
}

// plan picks the index look-up that a filter implies; exact means nothing remains to test.
func (p *StandardProvider) plan(t *Tenant, rt *schema.ResourceType, f *filter.Filter) (*IndexKey, bool) {
	var best *IndexKey
	exact := false
	for _, term := range f.Terms() {
		if term.Op != filter.Eq {
			continue
		}
		ok, unique := indexed(t, rt, term.Attr)
		if !ok || term.Value == "" || best != nil && (best.Unique || !unique) {
			continue
		}
		best = &IndexKey{Attr: term.Attr, Value: term.Value, Unique: unique}
		exact = term.Exact
	}
	return best, exact
}

// collect finds every match of the query, at most MaxScan resources being read.
func (p *StandardProvider) collect(ctx context.Context, t *Tenant, q *Query, filters []*filter.Filter, order *sorter) ([]hit, error) {
	c := &collector{p: p, ctx: ctx, t: t, order: order, budget: t.Limits.orDefault().MaxScan}
	for i, rt := range q.Types {
		if err := c.oneType(i, rt, filters[i]); err != nil {
			return nil, err
		}
	}
	if order != nil {
		order.sort(c.hits)
	}
	return c.hits, nil
}

type collector struct {
	p      *StandardProvider
	ctx    context.Context //nolint:containedctx // lives for one call of collect
	t      *Tenant
	order  *sorter
	budget int
	hits   []hit
}

func (c *collector) oneType(i int, rt *schema.ResourceType, f *filter.Filter) error {
	if f != nil {
		if ids, ok, err := c.candidates(rt, f); err != nil || ok {
			if err != nil {
				return err
			}
			rs, err := c.p.getMany(c.ctx, c.t, rt.Name, ids)
			if err != nil {
				return err
			}
			sort.Slice(rs, func(a, b int) bool { return rs[a].ID < rs[b].ID })
			return c.test(i, rt, f, rs)
		}
		if key, _ := c.p.plan(c.t, rt, f); key != nil {
			return c.walk(i, rt, f, func(pg Page) (List, error) {
				return c.p.store.Lookup(c.ctx, c.t.ID, rt.Name, *key, pg)
			})
		}
	}
	return c.walk(i, rt, f, func(pg Page) (List, error) {
		return c.p.store.List(c.ctx, c.t.ID, rt.Name, pg)
	})
}

// candidates answers id and membership terms without an index of values.
func (c *collector) candidates(rt *schema.ResourceType, f *filter.Filter) ([]string, bool, error) {
	for _, term := range f.Terms() {
		if term.Op != filter.Eq {
			continue
		}
		switch {
		case term.Attr == "id":
			return []string{term.Value}, true, nil
		case term.Attr == "meta.resourceType" && term.Value != rt.Name:
			return nil, true, nil
		case term.Attr == "members.value" && rt.Schema.Attribute("members") != nil:
			groups, err := c.p.store.MemberOf(c.ctx, c.t.ID, []string{term.Value})
			return groups[term.Value], true, err
		}
	}
	return nil, false, nil
}

func (c *collector) walk(i int, rt *schema.ResourceType, f *filter.Filter, read func(Page) (List, error)) error {
	page := Page{Limit: scanPage}
	for {
		list, err := read(page)
		if err != nil {
			return err
		}
		if c.budget -= len(list.Resources); c.budget < 0 {
			return errorf(CodeQueryTooWide, "the query would read too many resources; filter by an indexed attribute such as userName, externalId, emails.value or displayName")
		}
		if err := c.test(i, rt, f, list.Resources); err != nil {
			return err
		}
		if !list.More || len(list.Resources) == 0 {
			return nil
		}
		page.After = list.Resources[len(list.Resources)-1].ID
	}
}

// test keeps those of rs that match and computes their sort keys.
func (c *collector) test(i int, rt *schema.ResourceType, f *filter.Filter, rs []*Resource) error {
	var groups map[string][]groupRef
	if f != nil && f.Uses("groups") && len(rs) > 0 {
		ids := make([]string, len(rs))
		for n, r := range rs {
			ids[n] = r.ID
		}
		var err error
		if groups, err = c.p.groupsOf(c.ctx, c.t, ids); err != nil {
			return err
		}
	}
	for _, r := range rs {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		h := hit{r: r, typ: i}
		if f != nil || c.order != nil {
			doc, err := c.p.view(c.ctx, c.t, rt, r, f, groups[r.ID])
			if err != nil {
				return err
			}
			if f != nil && !f.Match(doc) {
				continue
			}
			if c.order != nil {
				h.key = c.order.key(i, doc)
			}
		}
		c.hits = append(c.hits, h)
	}
	return nil
}

// view is a document as filters and sorting see it: with id, meta and, if asked, edges.
func (p *StandardProvider) view(ctx context.Context, t *Tenant, rt *schema.ResourceType, r *Resource, f *filter.Filter, groups []groupRef) (map[string]any, error) {
	doc, err := decode(r)
	if err != nil {
		return nil, err
	}
	doc["id"] = r.ID
	doc["meta"] = map[string]any{
		"resourceType": rt.Name, "created": schema.FormatTime(r.Created),
		"lastModified": schema.FormatTime(r.LastModified),
		"location":     p.location(t, rt, r.ID), "version": ETag(r.Version),
	}
	if len(groups) > 0 {
		list := make([]any, len(groups))
		for i, g := range groups {
			kind := "indirect"
			if g.Direct {
				kind = "direct"
			}
			list[i] = map[string]any{"value": g.ID, "display": g.Display, "type": kind, "$ref": p.base(t) + "/Groups/" + g.ID}
		}
		doc["groups"] = list
	}
	if f != nil && f.Uses("members") && rt.Schema.Attribute("members") != nil {
		var list []any
		if ids, only := f.Equals("members"); only { // a group may have 100,000 members
			is, err := p.store.IsMember(ctx, t.ID, r.ID, ids)
			for id := range is {
				list = append(list, map[string]any{"value": id})
			}
			doc["members"] = list
			return doc, err
		}
		err = p.eachMember(ctx, t, r.ID, func(m Member) {
			ref := ""
			if target := t.Types.ByName(m.Type); target != nil {
				ref = p.location(t, target, m.ID)
			}
			list = append(list, map[string]any{"value": m.ID, "type": m.Type, "display": m.Display, "$ref": ref})
		})
		if len(list) > 0 {
			doc["members"] = list
		}
	}
	return doc, err
}

// cut takes the window out of all matches.
func (w *window) cut(hits []hit, order *sorter) ([]hit, bool) {
	start := min(w.offset, len(hits))
	if w.from != nil {
		start = sort.Search(len(hits), func(i int) bool { return w.isAfter(hits[i], order) })
	}
	end := min(start+w.limit, len(hits))
	return hits[start:end], end < len(hits)
}

func (w *window) isAfter(h hit, order *sorter) bool {
	if order == nil {
		if h.typ != w.from.Type {
			return h.typ > w.from.Type
		}
		return h.r.ID > w.from.After
	}
	last := sortKey{has: w.from.Has, text: w.from.Key}
	key := h.key
	if key.num != nil && last.has {
		if last.num, _ = newRat(last.text); last.num == nil {
			key.num = nil
		}
	}
	if len(last.text) == maxCursorKey && len(key.text) > maxCursorKey {
		key.text = key.text[:maxCursorKey]
	}
	return order.compare(key, last, h.r.ID, w.from.After) > 0
}

// answer renders a page and its cursor. Cursors are offered in cursor mode, and when the
// client named neither method (AM-21).
func (p *StandardProvider) answer(ctx context.Context, t *Tenant, q *Query, w *window, hits []hit, total int, more bool) (*Found, error) {
	found := &Found{Total: total, StartIndex: w.offset + 1, CursorMode: w.cursor}
	if more && w.limit > 0 && len(hits) > 0 && (w.cursor || !q.HasStart) {
		last := hits[len(hits)-1]
		pos := position{After: last.r.ID, Type: last.typ, Key: last.key.text, Has: last.key.has, Count: w.limit,
			Until: p.o.Now().Add(time.Duration(t.Limits.orDefault().CursorSeconds) * time.Second).Unix()}
		if len(pos.Key) > maxCursorKey {
			pos.Key = pos.Key[:maxCursorKey]
		}
		found.Next = p.cursors(t).seal(pos, w.bound)
	}
	found.Resources = make([][]byte, 0, len(hits))
	for start := 0; start < len(hits); {
		end := start + 1
		for end < len(hits) && hits[end].typ == hits[start].typ {
			end++
		}
		rt := q.Types[hits[start].typ]
		s, err := newShape(rt, p.factsOf(rt), q.Projection, nil)
		if err != nil {
			return nil, err
		}
		s.ahead = q.Projection.ahead
		rs := make([]*Resource, 0, end-start)
		for _, h := range hits[start:end] {
			rs = append(rs, h.r)
		}
		bodies, err := p.render(ctx, t, rt, rs, &s)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		found.Resources = append(found.Resources, bodies...)
		start = end
	}
	if len(hits) == 0 {
		_, err := newShape(q.Types[0], p.factsOf(q.Types[0]), q.Projection, nil)
		return found, err
	}
	return found, nil
}
