package sqlstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// restDepth bounds the nesting of the JSON column.
const restDepth = 64

// metaOf is what the JSON column has beside attributes: times, if the table has no columns for them, and the names of
// attributes that the type of the tenant hides, and that of the table does not. No attribute of a document has this name.
const (
	metaOf   = "meta"
	hiddenIn = "hidden" // in metaOf
)

// SerialID is the id of the user with an integer key.
func SerialID(key int64) string {
	digits := strconv.FormatInt(max(key, 0), 10)
	return string(rune('a'+len(digits)-1)) + digits
}

// SerialKey is the key of a user by its id; ok is false for what is no such id.
func SerialKey(id string) (key int64, ok bool) {
	if id == "" {
		return 0, false
	}
	key, err := strconv.ParseInt(id[1:], 10, 64)
	return key, err == nil && SerialID(key) == id
}

// serialPrefix begins the ids of rows of another type than User with integer keys: row 42 has the id
// "group-b42". An id belongs to one resource, of whatever type (RFC 7643 §3.1).
func (m *mapping) serialPrefix() string {
	if m.typ.IsUser() {
		return ""
	}
	return strings.ToLower(m.typ.Name) + "-"
}

// mapping is a TableMap in a database.
type mapping struct {
	*TableMap
	d *Database
	// keyType is the type that a text must be cast to, to be compared with the key; "" for none.
	keyType string
	report  func(key string, err error)
	order   []part // of documents
	has     *edges // to the members of the rows, for a type with members
	in      *edges // to the groups that have the rows as members, if these are rows
}

// idOf is the id of a row.
func (m *mapping) idOf(key string) string {
	if m.serial {
		n, err := strconv.ParseInt(key, 10, 64)
		if err == nil {
			return m.serialPrefix() + SerialID(n)
		}
	}
	return key
}

// keyOf is the key of an id, as a parameter; ok is false if no row can have it.
func (m *mapping) keyOf(id string) (key any, ok bool) {
	if m.serial {
		rest, ok := strings.CutPrefix(id, m.serialPrefix())
		if !ok {
			return nil, false
		}
		return SerialKey(rest)
	}
	return id, storable(id)
}

// tableRow is a row as read: the columns of TableMap.names after the key.
type tableRow struct {
	key    string
	values []any
}

func (m *mapping) newRow() (r *tableRow, to []any) {
	r = &tableRow{values: make([]any, len(m.names()))}
	if m.has != nil {
		r.values = append(r.values, nil)
	}
	to = []any{&r.key}
	for i := range r.values {
		to = append(to, &r.values[i])
	}
	return r, to
}

// members are the keys of the members of a row, as one text; "" for a type without members.
func (r *tableRow) members(m *mapping) string {
	if m.has == nil || r.values[len(r.values)-1] == nil {
		return ""
	}
	if text, ok := r.values[len(r.values)-1].([]byte); ok {
		return string(text)
	}
	return fmt.Sprint(r.values[len(r.values)-1])
}

// document is the canonical document of a row, with what is hidden. What does not fit is left out and
// reported.
func (m *mapping) document(r *tableRow) (doc map[string]any, meta map[string]any) {
	doc = m.restOf(r)
	meta, _ = doc[metaOf].(map[string]any)
	delete(doc, metaOf)
	for i, c := range m.columns {
		v, err := c.canonical(r.values[1+i])
		if err != nil {
			m.report(r.key+" "+c.name, fmt.Errorf("sqlstore: table %s, row %s, column %s is left out: %w", m.name, r.key, c.name, err))
		}
		for n, p := range c.at {
			switch now := p.get(doc); {
			case n == 0 && v == nil && (now != "" || r.values[1+i] == nil), p.by != "" && v == nil && p.vacant(doc):
				p.take(doc) // an empty text of a strict tenant is in both columns
			case v != nil && (n == 0 || now == nil):
				p.set(doc, v)
			}
		}
	}
	return doc, meta
}

// restOf reads the JSON column. One that is no object counts as empty.
func (m *mapping) restOf(r *tableRow) map[string]any {
	var text []byte
	switch v := r.values[0].(type) {
	case nil:
		return map[string]any{}
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		text, _ = json.Marshal(v)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return map[string]any{}
	}
	doc, err := schema.DecodeJSON(text, restDepth)
	if err != nil {
		m.report(r.key+" "+m.rest, fmt.Errorf("sqlstore: table %s, row %s, column %s is left out: %w", m.name, r.key, m.rest, err))
		return map[string]any{}
	}
	return doc
}

// resource is the resource of a row.
func (m *mapping) resource(r *tableRow) *scim.Resource {
	doc, meta := m.document(r)
	out := &scim.Resource{Type: m.typ.Name, ID: m.idOf(r.key)}
	out.ExternalID, _ = doc["externalId"].(string)
	out.Document, out.Hidden = m.encode(doc, namesIn(meta[hiddenIn]))
	out.Version = versionOf(out, r.members(m))
	out.Created = m.timeIn(r, m.created, meta["created"])
	out.LastModified = m.timeIn(r, m.modified, meta["lastModified"])
	if out.LastModified.Before(out.Created) {
		out.LastModified = out.Created
	}
	return out
}

// versionOf is a number that is another one for another content, written by SCIM or by the application: the row needs
// no column for it, and a change by the application changes the ETag.
func versionOf(r *scim.Resource, members string) int64 {
	h := sha256.New()
	parts := [][]byte{r.Document, r.Hidden, []byte(r.ExternalID)}
	if members != "" {
		parts = append(parts, []byte(members))
	}
	for _, part := range parts {
		_ = binary.Write(h, binary.BigEndian, int64(len(part)))
		_, _ = h.Write(part)
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil))>>2) | 1 // positive
}

// timeIn is the time in a column, or else the one that the JSON column has.
func (m *mapping) timeIn(r *tableRow, column string, kept any) time.Time {
	if column != "" {
		for i, name := range m.names() {
			if name != column || r.values[i] == nil {
				continue
			}
			t, err := instant(r.values[i])
			if err == nil {
				return t
			}
			m.report(r.key+" "+column, fmt.Errorf("sqlstore: table %s, row %s, column %s is left out: %w", m.name, r.key, column, err))
		}
	}
	if s, ok := kept.(string); ok {
		if t, err := instant(s); err == nil {
			return t
		}
	}
	return time.Unix(0, 0).UTC()
}
