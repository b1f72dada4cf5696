package engine

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// cursorBox seals and opens cursors: AES-256-GCM over the position, bound to tenant and
// query as associated data. Nothing is kept on the server (RFC 9865 §5; K-04, K-10, K-17). A tenant
// with a key of its own has its own box, so that all instances can open its cursors.
type cursorBox struct {
	aead cipher.AEAD
	now  func() time.Time
}

// position is where the next page begins.
type position struct {
	After string `json:"a,omitempty"` // id of the last entry sent
	Key   string `json:"k,omitempty"` // its sort key, cut at 512 bytes
	Has   bool   `json:"h,omitempty"` // whether it had a sort value
	Type  int    `json:"t,omitempty"` // index of its resource type in a query over many
	Count int    `json:"c"`           // page size of the first request
	Until int64  `json:"u"`           // unix seconds
}

func newCursorBox(key []byte, now func() time.Time) *cursorBox {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes, see New and Tenant
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // cannot fail for AES
	}
	return &cursorBox{aead: aead, now: now}
}

// cursors is the box of a tenant.
func (p *Provider) cursors(t *scim.Tenant) *cursorBox {
	if t.CursorKey == [32]byte{} {
		return p.cursor
	}
	return newCursorBox(t.CursorKey[:], p.o.Now)
}

func (b *cursorBox) seal(p position, bound string) string {
	plain, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of strings and integers always marshals
	}
	nonce := make([]byte, b.aead.NonceSize(), b.aead.NonceSize()+len(plain)+b.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		panic(err) // crypto/rand never fails on supported systems
	}
	return base64.RawURLEncoding.EncodeToString(b.aead.Seal(nonce, nonce, plain, []byte(bound)))
}

// errCursor is one message for every kind of damage, so that it tells nothing (K-10).
func errCursor() *scim.Error {
	return scim.NewError(scim.CodeCursor, "the cursor is not valid for this query; start again with an empty cursor")
}

func (b *cursorBox) open(s, bound string) (position, error) {
	var p position
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) < b.aead.NonceSize() {
		return p, errCursor()
	}
	plain, err := b.aead.Open(nil, raw[:b.aead.NonceSize()], raw[b.aead.NonceSize():], []byte(bound))
	if err != nil || json.Unmarshal(plain, &p) != nil {
		return p, errCursor()
	}
	if b.now().Unix() > p.Until {
		return p, scim.NewError(scim.CodeCursorExpired, "the cursor has expired; start again with an empty cursor")
	}
	return p, nil
}
