package sqlstore

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// stored returns the value of an attribute for the column.
func (c *ColumnMap) stored(d Dialect, v any) (any, error) {
	if v == nil {
		return c.fallback, nil
	}
	if v == c.null {
		return nil, nil
	}
	if c.to != nil {
		out, err := c.to(v)
		if err != nil {
			return nil, schema.NewFault(schema.FaultValue, "%s: %v", c.at[0], err).About(c.at[0].String())
		}
		return out, nil
	}
	out, err := c.adapted(v)
	if err != nil {
		return nil, unaccepted(c.at[0].String())
	}
	leaf := c.at[0].Leaf()
	if v, ok := out.(string); ok {
		if d.name == "postgres" && strings.IndexByte(v, 0) >= 0 {
			return nil, schema.NewFault(schema.FaultValue, "%s cannot have the character U+0000", c.at[0]).About(c.at[0].String())
		}
		if leaf.Type == schema.DateTime && c.kind == 0 {
			if t, ok := schema.ParseTime(v); ok {
				return d.time(t), nil
			}
		}
		if leaf.Type == schema.Binary && c.kind == kindBytes {
			return base64.StdEncoding.DecodeString(v)
		}
	}
	return out, nil
}

// adapted is a value of an attribute in the kind of the column.
func (c *ColumnMap) adapted(v any) (any, error) {
	switch c.kind {
	case kindText, kindPadded:
		return fmt.Sprint(v), nil
	case kindWhole:
		if v == true {
			return int64(1), nil
		}
		if v == false {
			return int64(0), nil
		}
		return strconv.ParseInt(fmt.Sprint(v), 10, 64)
	case kindBool:
		return strconv.ParseBool(fmt.Sprint(v))
	}
	if n, ok := v.(json.Number); ok {
		return n.String(), nil // with all of its digits: the database makes a number of it
	}
	return v, nil
}

// time is a time for a column. SQLite has no type for it: its own functions write it like this, and read more digits.
func (d Dialect) time(t time.Time) any {
	if d.name == "sqlite" {
		if t.Nanosecond()%int(time.Millisecond) != 0 {
			return t.UTC().Format("2006-01-02 15:04:05.999999999")
		}
		return t.UTC().Format("2006-01-02 15:04:05.000")
	}
	return t.UTC()
}
