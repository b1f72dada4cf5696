package activity

import (
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

const (
	maxValue = 16 << 10 // bytes of JSON of one value
	minValue = 16       // below this there is no room for anything but a mark
	maxDepth = 16       // of a value; those of resources have a depth of 2
)

// encodedRune returns the length of a character in JSON as encoding/json writes it: some of one byte
// and some of three become six.
func encodedRune(c rune, width int) int {
	switch {
	case c == '"', c == '\\':
		return 2
	case c < 0x20, c == '<', c == '>', c == '&', c == '\u2028', c == '\u2029', c == utf8.RuneError && width == 1:
		return 6
	}
	return width
}

// encoded returns the length of a text in JSON, with its quotes.
func encoded(s string) int {
	n := 2
	for i := 0; i < len(s); {
		c, width := utf8.DecodeRuneInString(s[i:])
		n += encodedRune(c, width)
		i += width
	}
	return n
}

// shortened returns a text whose length in JSON is at most limit: s itself, or its beginning and a
// mark. The beginning is copied, so that the rest of s can be freed.
func shortened(s string, limit int) string {
	if 6*len(s)+2 <= limit {
		return s
	}
	n, cut := 2, 0
	for i := 0; i < len(s); {
		c, width := utf8.DecodeRuneInString(s[i:])
		n += encodedRune(c, width)
		if n > limit {
			return s[:cut] + mark
		}
		i += width
		if n+len(mark) <= limit {
			cut = i
		}
	}
	return s
}

// bounded returns a value whose length in JSON is at most limit, which is at least minValue, and that
// length. Parts that do not fit, and what has no form in JSON, become a mark.
func bounded(v any, limit, depth int) (any, int) {
	switch v := v.(type) {
	case nil:
		return nil, len("null")
	case string:
		v = shortened(v, limit)
		return v, encoded(v)
	case []any:
		if depth < maxDepth {
			return arrayBounded(v, limit, depth+1)
		}
	case map[string]any:
		if depth < maxDepth {
			return objectBounded(v, limit, depth+1)
		}
	default:
		if b, err := json.Marshal(v); err == nil && len(b) <= limit {
			return v, len(b)
		}
	}
	return mark, len(mark) + 2
}

func arrayBounded(list []any, limit, depth int) ([]any, int) {
	out, size := make([]any, 0, min(len(list), 64)), 2
	for _, e := range list {
		room := limit - size - len(mark) - 4 // a comma, and a mark after it
		if room < minValue {
			return append(out, mark), size + len(mark) + 3
		}
		v, n := bounded(e, room, depth)
		out, size = append(out, v), size+n+1
	}
	return out, size
}

// objectBounded gives each member an equal share of what is left, so that a long value does not push
// out short ones. Members for which there is no room are left out.
func objectBounded(object map[string]any, limit, depth int) (map[string]any, int) {
	out, size := make(map[string]any, min(len(object), 64)), 2
	left := len(object)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		key := shortened(name, maxText)
		room := min((limit-size)/left, maxValue) - encoded(key) - 2
		left--
		if room < minValue {
			continue
		}
		v, n := bounded(object[name], room, depth)
		out[key] = v
		size += encoded(key) + n + 2
	}
	return out, size
}
