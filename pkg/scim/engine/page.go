package engine

import (
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// hit is a resource that matches, with what sorting needs.
type hit struct {
	r   *scim.Resource
	typ int // index into Query.Types
	key sortKey
}

// page is the part of the matches that is answered.
type page struct {
	hits   []hit
	total  int
	more   bool
	groups groupSource // of all hits, where they have been read with them
	next   *position   // where the next page begins, if that is not after the last hit
}

// answer renders a page and its cursor. Cursors are offered in cursor mode, and when the client
// named neither method (AM-21).
func (p *core) answer(ctx context.Context, s *search, pg page, src edgeSource) (*scim.Found, error) {
	w := s.window
	found := &scim.Found{Total: pg.total, StartIndex: w.offset + 1, CursorMode: w.cursor, Plan: s.plan}
	if s.deep {
		found.Notes = tooDeep(nil, s.t)
	}
	if s.plain {
		found.Notes = append(found.Notes, "sortBy "+s.SortBy+" has no index and there are too many resources to sort: the page is in the order of ids")
	}
	if len(pg.hits) == 0 {
		v := p.viewOf(s.Types[0], s.Projection, s.By)
		if pg.next != nil {
			found.Next = p.sealed(s, *pg.next)
		}
		return found, v.err
	}
	all := sheetOf(len(pg.hits))
	for rest := pg.hits; len(rest) > 0; {
		n := sameType(rest)
		b := p.batchOf(s, rest[:n], pg.groups)
		if err := p.renderAll(ctx, b, src, all); err != nil {
			return nil, err
		}
		found.Notes = join(found.Notes, b.notes)
		rest = rest[n:]
	}
	bodies := all.bodies()
	found.Notes = append(found.Notes, fitted(bodies, p.maxAnswer(s.t), pg.hits)...)
	if n := fitting(bodies, p.maxAnswer(s.t)); n < len(bodies) { // the next page begins with what is left out
		bodies, pg.hits, pg.more, pg.next = bodies[:n], pg.hits[:n], true, nil
	}
	if pg.next != nil {
		found.Next = p.sealed(s, *pg.next)
	} else if pg.more && w.limit > 0 && (w.cursor || !s.HasStart) {
		found.Next = p.cursorAfter(s, pg.hits[len(pg.hits)-1])
	}
	all.fill(found, bodies)
	return found, nil
}

// join appends those notes that are not there yet.
func join(notes, more []string) []string {
	for _, n := range more {
		if !slices.Contains(notes, n) {
			notes = append(notes, n)
		}
	}
	return notes
}

// cursorAfter seals the position of the last entry of a page.
func (p *core) cursorAfter(s *search, last hit) string {
	pos := position{After: last.r.ID, Type: last.typ, Key: last.key.text, Has: last.key.has}
	if len(pos.Key) > maxCursorKey && !s.indexed {
		pos.Key = pos.Key[:maxCursorKey]
	}
	return p.sealed(s, pos)
}

// sealed is the cursor of a position.
func (p *core) sealed(s *search, pos position) string {
	life := time.Duration(s.t.Limits.CursorSeconds) * time.Second
	pos.Count, pos.Until, pos.Plain, pos.Wide = s.window.limit, p.o.Now().Add(life).Unix(), s.plain, s.wide
	return p.cursors(s.t).seal(pos, boundOf(s.Query, s.t))
}

// sameType counts the hits at the beginning that are of one type.
func sameType(hits []hit) int {
	n := 1
	for n < len(hits) && hits[n].typ == hits[0].typ {
		n++
	}
	return n
}

// batchOf makes the batch of hits of one type.
func (p *core) batchOf(s *search, hits []hit, groups groupSource) *batch {
	rt := s.Types[hits[0].typ]
	b := &batch{Target: scim.Target{Tenant: s.t, Type: rt}, view: p.viewOf(rt, s.Projection, s.By), groups: groups, list: make([]*scim.Resource, len(hits))}
	for i, h := range hits {
		b.list[i] = h.r
	}
	return b
}

// viewDocument is a document as filters and sorting see it: with id and meta, and with edges
// where they are asked for.
func (p *core) viewDocument(at scim.Target, r *scim.Resource, groups []GroupRef) (map[string]any, error) {
	doc, err := decode(r)
	if err == nil {
		p.complement(at, r, groups, doc)
	}
	return doc, err
}

// complement adds to a document what is not part of it.
func (p *core) complement(at scim.Target, r *scim.Resource, groups []GroupRef, doc map[string]any) {
	doc["id"] = r.ID
	meta := map[string]any{
		"resourceType": at.Type.Name, "created": schema.FormatTime(r.Created),
		"lastModified": schema.FormatTime(r.LastModified),
		"location":     p.location(at.Of(r.ID)),
	}
	if r.Version > 0 {
		meta["version"] = scim.ETag(r.Version)
	}
	doc["meta"] = meta
	if len(groups) > 0 {
		list := make([]any, len(groups))
		for i, g := range groups {
			e := map[string]any{"value": g.ID, "type": g.kind(), "$ref": p.base(at.Tenant) + "/Groups/" + g.ID}
			if g.Display != "" {
				e["display"] = g.Display
			}
			list[i] = e
		}
		doc["groups"] = list
	}
}
