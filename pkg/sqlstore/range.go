package sqlstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// rangeSQL reads a part of an index, with the resources. HASHED tells whether values of the index are kept
// as hashes, which have no order; the row with the answer is there even if nothing is in the range. BOUNDS
// and the direction are those of the question.
const rangeSQL = `SELECT n.h, p.v, ` + columns + ` FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM scim_key
WHERE tenant = $1 AND type = $2 AND attr = $3 AND value >= 'sha256:' AND value < 'sha256;') THEN 1 ELSE 0 END AS h) n
LEFT JOIN (SELECT value AS v, id AS page FROM scim_key
WHERE tenant = $1 AND type = $2 AND attr = $3 BOUNDS ORDER BY value WAY, id WAY LIMIT $4 OFFSET $5) p ON 1 = 1
LEFT JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = p.page) ORDER BY p.v WAY, p.page WAY`

// Range implements scim.Ranger. An index with a value of more than 256 bytes, or with one that Postgres could
// not keep, is not ordered.
func (s *Store) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (out scim.RangeList, err error) {
	if err := usable(ctx, t); err != nil {
		return out, err
	}
	if _, _, none := r.Bounds(); none || !storable(typ) || !storable(r.Attr) {
		return out, nil
	}
	b := boundsOf(r, page)
	args := append([]any{t.String(), typ, r.Attr, limitOf(page), page.Offset}, b.args...)
	unordered := false
	err = s.db.Rows(ctx, func(scan func(...any) error) error {
		var r row
		var value sql.NullString
		var hashes int
		if err := scan(append([]any{&hashes, &value}, r.to()...)...); err != nil {
			return err
		}
		switch unordered = hashes > 0; {
		case !value.Valid, !r.id.Valid: // nothing there, or a resource that went away in between
		case len(out.Entries) == page.Limit:
			out.More = true
		default:
			out.Entries = append(out.Entries, scim.RangeEntry{Value: value.String, Resource: r.resource(typ)})
		}
		return nil
	}, b.into(rangeSQL), args...)
	if err == nil && unordered {
		err = scim.ErrUnordered
	}
	if err != nil {
		return scim.RangeList{}, err
	}
	return out, nil
}

// bounds are the conditions of a range on value and id.
type bounds struct {
	text string
	way  string
	args []any
}

func (b *bounds) add(condition string, args ...any) {
	for _, a := range args {
		b.args = append(b.args, a)
		condition = strings.Replace(condition, "?", "$"+string(rune('0'+5+len(b.args))), 1)
	}
	b.text += " AND " + condition
}

func (b *bounds) into(statement string) string {
	return strings.NewReplacer("BOUNDS", b.text, "WAY", b.way).Replace(statement)
}

// boundsOf translates a range. A bound that ends with a zero byte is one above, or up to, what precedes it:
// Postgres keeps no such byte, and no value has one.
func boundsOf(r scim.KeyRange, page scim.Page) *bounds {
	b := &bounds{way: "ASC"}
	from, to, _ := r.Bounds()
	position := page.After != ""
	if r.Reverse {
		b.way = "DESC"
	}
	switch {
	case position && !r.Reverse:
		b.add("(value, id) > (?, ?)", after(r.After), after(page.After))
	case from != "":
		value, above := strings.CutSuffix(from, "\x00")
		b.add(map[bool]string{true: "value > ?", false: "value >= ?"}[above], after(value))
	}
	switch {
	case position && r.Reverse:
		b.add("(value, id) < (?, ?)", after(r.After), after(page.After))
	case to != "":
		value, upTo := strings.CutSuffix(to, "\x00")
		b.add(map[bool]string{true: "value <= ?", false: "value < ?"}[upTo], after(value))
	}
	return b
}
