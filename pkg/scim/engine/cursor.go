package engine

import (
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/internal/sealed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// cursorBox seals and opens cursors: an encrypted position, bound to tenant and query. Nothing is
// kept on the server (RFC 9865 §5; K-04, K-10, K-17). A tenant with a key of its own has its own
// box, so that all instances can open its cursors.
type cursorBox struct {
	box *sealed.Box
	now func() time.Time
}

// position is where the next page begins.
type position struct {
	After string `json:"a,omitempty"` // id of the last entry sent
	Key   string `json:"k,omitempty"` // its sort key, cut at 512 bytes
	Has   bool   `json:"h,omitempty"` // whether it had a sort value
	Plain bool   `json:"p,omitempty"` // the walk is in the order of ids, although another one was asked for
	Wide  bool   `json:"w,omitempty"` // the route reads too much: the walk is over all resources
	Type  int    `json:"t,omitempty"` // index of its resource type in a query over many
	Count int    `json:"c"`           // page size of the first request
	Until int64  `json:"u"`           // unix seconds
}

func newCursorBox(key [32]byte, now func() time.Time) *cursorBox {
	return &cursorBox{box: sealed.New(key, "scimstack cursor 1"), now: now}
}

// cursors is the box of a tenant.
func (p *core) cursors(t *scim.Tenant) *cursorBox {
	if t.CursorKey == [32]byte{} {
		return p.cursor
	}
	return newCursorBox(t.CursorKey, p.o.Now)
}

func (b *cursorBox) seal(p position, bound string) string {
	plain, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of strings and integers always marshals
	}
	return b.box.Seal(plain, []byte(bound))
}

// errCursor is one error for every kind of damage, so that it reveals nothing (K-10).
func errCursor() *scim.Error {
	return scim.NewError(scim.CodeCursor, "the cursor is not valid for this query; start again with an empty cursor")
}

func (b *cursorBox) open(s, bound string) (position, error) {
	var p position
	plain, err := b.box.Open(s, []byte(bound))
	if err != nil || json.Unmarshal(plain, &p) != nil {
		return p, errCursor()
	}
	if b.now().Unix() > p.Until {
		return p, scim.NewError(scim.CodeCursorExpired, "the cursor has expired; start again with an empty cursor")
	}
	return p, nil
}
