package activity

import "encoding/json"

// Kinds of a value. Those of encoding/json keep their type, and so does an int, which the service itself puts into
// a record; any other becomes what its JSON is.
const (
	kindNil = iota
	kindFalse
	kindTrue
	kindInt
	kindText
	kindArray
	kindObject
	kindJSON
)

// object visits the members of an object in any order. An empty one is written as none.
func (c *coder) object(o *map[string]any) { c.members(o, 0) }

func (c *coder) members(o *map[string]any, depth int) {
	n := c.length(len(*o))
	if !c.reading {
		for name, v := range *o {
			c.text(&name)
			c.write(v, depth)
		}
		return
	}
	if n > 0 {
		*o = make(map[string]any, n)
	}
	for range n {
		var name string
		c.text(&name)
		(*o)[name] = c.read(depth)
	}
}

// write writes a value, whose depth is bounded (Record.Bounded).
func (c *coder) write(v any, depth int) {
	kind := func(k int) { c.number(&k) }
	switch v := v.(type) {
	case nil:
		kind(kindNil)
	case bool:
		if v {
			kind(kindTrue)
		} else {
			kind(kindFalse)
		}
	case int:
		kind(kindInt)
		c.number(&v)
	case string:
		kind(kindText)
		c.text(&v)
	case []any:
		kind(kindArray)
		c.length(len(v))
		for _, e := range v {
			c.write(e, depth+1)
		}
	case map[string]any:
		kind(kindObject)
		c.members(&v, depth+1)
	default:
		b, err := json.Marshal(v)
		if err != nil { // Bounded has replaced what has no form in JSON
			kind(kindNil)
			return
		}
		kind(kindJSON)
		text := string(b)
		c.text(&text)
	}
}

// read reads a value. None is deeper than maxDepth.
func (c *coder) read(depth int) any {
	var kind int
	if c.number(&kind); depth > maxDepth {
		c.passed(0)
	}
	switch kind {
	case kindNil:
	case kindFalse, kindTrue:
		return kind == kindTrue
	case kindInt:
		var n int
		c.number(&n)
		return n
	case kindText:
		var s string
		c.text(&s)
		return s
	case kindArray:
		list := make([]any, c.length(0))
		for i := range list {
			list[i] = c.read(depth + 1)
		}
		return list
	case kindObject:
		object := map[string]any{}
		c.members(&object, depth+1)
		return object
	case kindJSON:
		var v any
		c.broken = json.Unmarshal(c.bytes(), &v) != nil || c.broken
		return v
	default:
		c.passed(0)
	}
	return nil
}
