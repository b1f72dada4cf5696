package sqlstore

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// canonical returns the value of a column as the value of an attribute, nil for none.
func (c *ColumnMap) canonical(v any) (any, error) {
	if v == nil {
		return c.null, nil
	}
	if c.from != nil {
		var err error
		if v, err = c.from(v); err != nil || v == nil {
			return nil, err
		}
	}
	return c.valueOf(v)
}

// checkNull brings the value of Null into the form of the attribute, and returns what is wrong with it.
func (c *ColumnMap) checkNull() error {
	if c.null == nil || len(c.at) == 0 {
		return nil
	}
	v, err := c.valueOf(c.null)
	if err == nil && v == nil {
		err = errors.New("an empty text is no value")
	}
	c.null = v
	return err
}

// valueOf returns a value, from the column or from what As makes of it, as the value of the attribute.
func (c *ColumnMap) valueOf(v any) (any, error) {
	leaf := c.at[0].Leaf()
	if b, ok := v.([]byte); ok {
		if leaf.Type == schema.Binary {
			return base64.StdEncoding.EncodeToString(b), nil
		}
		v = string(b)
	}
	if s, ok := v.(string); ok && c.kind == kindPadded {
		v = strings.TrimRight(s, " ")
	}
	if v == "" {
		return nil, nil
	}
	switch leaf.Type {
	case schema.Boolean:
		return boolean(v)
	case schema.Integer, schema.Decimal:
		return number(v, leaf.Type == schema.Integer)
	case schema.DateTime:
		return dateTime(v)
	case schema.Complex:
		return nil, errors.New("a complex attribute has no column")
	}
	return text(v)
}

func text(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return nil, errors.New("a text that is not UTF-8")
		}
		return v, nil
	case int64, int, float64:
		return fmt.Sprint(v), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339), nil
	}
	return nil, fmt.Errorf("a %T where a text is expected", v)
}

// dateTime is a time as a client wrote it, if the column keeps a text, and else in UTC.
func dateTime(v any) (any, error) {
	if s, ok := v.(string); ok {
		if _, ok := schema.ParseTime(s); ok {
			return s, nil
		}
	}
	t, err := instant(v)
	if err != nil {
		return nil, err
	}
	return t.UTC().Format(time.RFC3339Nano), nil
}

func boolean(v any) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		if v == 0 || v == 1 {
			return v == 1, nil
		}
	case string:
		if b, err := strconv.ParseBool(strings.ToLower(v)); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("a %T that is neither true nor false", v)
}

func number(v any, whole bool) (any, error) {
	var s string
	switch v := v.(type) {
	case int64, int, json.Number:
		s = fmt.Sprint(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("not a finite number")
		}
		s = strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		s = strings.TrimSpace(v)
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return json.Number(s), nil
	}
	if _, err := strconv.ParseFloat(s, 64); err != nil || whole || !json.Valid([]byte(s)) {
		return nil, fmt.Errorf("a %T that is not the number that is expected", v)
	}
	return json.Number(s), nil
}

// layouts are how SQLite columns hold times.
func layouts() []string {
	return []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999-07:00", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02"}
}

// instant reads a time: a time, a text, or the seconds, milliseconds or microseconds since 1970.
func instant(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v.UTC(), nil
	case string:
		for _, layout := range layouts() {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UTC(), nil
			}
		}
	case int64:
		const second, milli = 100_000_000_000, 100_000_000_000_000 // seconds reach the first in the year 5138
		switch {
		case v < second:
			return time.Unix(v, 0).UTC(), nil
		case v < milli:
			return time.UnixMilli(v).UTC(), nil
		}
		return time.UnixMicro(v).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("a %T that is not a time", v)
}
