package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// sought is a comparison that finds rows by a column: column is one side, is the other one, in which $ is the parameter of the value.
type sought struct {
	column, is string
	value      any
}

// sought are the comparisons that find the rows whose column may hold a value with a key, none if no row can.
func (c *ColumnMap) sought(key string) (out []sought) {
	leaf := c.at[0].Leaf()
	k, ok := leaf.Key(c.null)
	if ok = ok && k == key; ok {
		out = append(out, sought{column: `c.` + c.name + ` IS NULL`})
	}
	switch {
	case c.to == nil:
		return append(out, sought{c.comparable(), ` = $`, key})
	case ok:
		return out
	}
	var v any = key
	if leaf.Type == schema.Integer || leaf.Type == schema.Decimal {
		v = json.Number(key)
	}
	v, err := c.to(v)
	switch v := v.(type) {
	case nil:
		if err == nil {
			out = append(out, sought{column: `c.` + c.name + ` IS NULL`})
		}
	case string, json.Number, int64, int:
		if err == nil {
			out = append(out, sought{c.comparable(), c.folded(` = `, `CAST($ AS TEXT)`), fmt.Sprint(v)})
		}
	default:
		if err == nil {
			out = append(out, sought{`c.` + c.name, ` = $`, v})
		}
	}
	return out
}

// comparable is the column as a text, in lower case unless case matters.
func (c *ColumnMap) comparable() string {
	text := `c.` + c.name
	if c.kind != kindText {
		text = `CAST(` + text + ` AS TEXT)`
	}
	return c.folded("", text)
}

func (c *ColumnMap) folded(before, text string) string {
	if leaf := c.at[0].Leaf(); leaf.CaseExact || leaf.Type != schema.String && leaf.Type != schema.Reference {
		return before + text
	}
	return before + `lower(` + text + `)`
}
