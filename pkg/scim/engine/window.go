package engine

import (
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
)

// window is the part of the result that the client asked for (RFC 7644 §3.4.2.4, RFC 9865 §2).
type window struct {
	offset, limit int
	from          *position // cursor mode, not the first page
	cursor        bool
}

func (p *core) window(t *scim.Tenant, q *scim.Query) (*window, error) {
	w := &window{limit: t.Limits.DefaultResults, cursor: q.HasCursor}
	if q.HasCount {
		w.limit = min(max(q.Count, 0), t.Limits.MaxResults)
	}
	if !q.HasCursor {
		w.offset = max(q.StartIndex, 1) - 1
		return w, nil
	}
	if q.HasStart {
		return nil, scim.NewError(scim.CodePaging, "startIndex and cursor exclude each other; send only one")
	}
	if q.Cursor == "" {
		return w, nil
	}
	pos, err := p.cursors(t).open(q.Cursor, boundOf(q, t))
	if err != nil {
		return nil, err
	}
	if q.HasCount && w.limit != pos.Count {
		return nil, scim.NewError(scim.CodeCursorCount, "count must stay %d for this cursor", pos.Count)
	}
	w.limit, w.from = pos.Count, &pos
	return w, nil
}

// page is the window as a range of a store.
func (w *window) page() scim.Page {
	if w.from != nil {
		return scim.Page{After: w.from.After, Limit: w.limit}
	}
	return scim.Page{Offset: w.offset, Limit: w.limit}
}

// cut takes the window out of all matches.
func (w *window) cut(hits []hit, order *sorter) (part []hit, more bool) {
	start := min(w.offset, len(hits))
	if w.from != nil {
		start = sort.Search(len(hits), func(i int) bool { return w.isAfter(hits[i], order) })
	}
	end := min(start+w.limit, len(hits))
	return hits[start:end], end < len(hits)
}

// isAfter tells whether a match comes after the position of the cursor.
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
		if last.num = ratOf(last.text); last.num == nil {
			key.num = nil
		}
	}
	if len(last.text) == maxCursorKey && len(key.text) > maxCursorKey {
		key.text = key.text[:maxCursorKey]
	}
	return order.compare(key, last, h.r.ID, w.from.After) > 0
}
