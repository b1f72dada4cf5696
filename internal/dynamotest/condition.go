package dynamotest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// condition is a parsed condition, filter or key condition.
type condition interface {
	// holds reports whether an item meets the condition. A nil item does not exist.
	holds(it item) bool
}

type (
	allOf   struct{ l, r condition }
	anyOf   struct{ l, r condition }
	not     struct{ c condition }
	compare struct {
		op   string
		l, r operand
	}
	between struct{ x, low, high operand }
	oneOf   struct {
		x    operand
		list []operand
	}
	exists struct {
		p    path
		want bool
	}
	hasType    struct{ x, t operand }
	beginsWith struct{ x, prefix operand }
	contains   struct{ x, part operand }
)

// sizeOf is the size function: bytes of a binary, characters of a string, elements of other types.
type sizeOf struct{ x operand }

func (c allOf) holds(it item) bool { return c.l.holds(it) && c.r.holds(it) }
func (c anyOf) holds(it item) bool { return c.l.holds(it) || c.r.holds(it) }
func (c not) holds(it item) bool   { return !c.c.holds(it) }

func (c compare) holds(it item) bool {
	l, lok := c.l.get(it)
	r, rok := c.r.get(it)
	switch c.op {
	case "=":
		return lok && rok && l.equal(r)
	case "<>":
		return !lok || !rok || !l.equal(r)
	}
	n, ok := l.compare(r)
	if !lok || !rok || !ok {
		return false
	}
	switch c.op {
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	}
	return n >= 0
}

func (c between) holds(it item) bool {
	return compare{">=", c.x, c.low}.holds(it) && compare{"<=", c.x, c.high}.holds(it)
}

func (c oneOf) holds(it item) bool {
	for _, o := range c.list {
		if (compare{"=", c.x, o}).holds(it) {
			return true
		}
	}
	return false
}

func (c exists) holds(it item) bool {
	_, ok := c.p.get(it)
	return ok == c.want
}

func (c hasType) holds(it item) bool {
	x, ok := c.x.get(it)
	t, tok := c.t.get(it)
	return ok && tok && x.t == t.s
}

func (c beginsWith) holds(it item) bool {
	x, ok := c.x.get(it)
	p, pok := c.prefix.get(it)
	return ok && pok && x.t == p.t && (x.t == "S" || x.t == "B") && strings.HasPrefix(x.s, p.s)
}

func (c contains) holds(it item) bool {
	x, ok := c.x.get(it)
	part, pok := c.part.get(it)
	if !ok || !pok {
		return false
	}
	switch x.t {
	case "S", "B":
		return part.t == x.t && strings.Contains(x.s, part.s)
	case "SS", "NS", "BS":
		if part.t == x.t[:1] {
			for _, m := range x.set {
				if m == part.member() {
					return true
				}
			}
		}
	case "L":
		for _, e := range x.list {
			if e.equal(part) {
				return true
			}
		}
	}
	return false
}

func (s sizeOf) get(it item) (value, bool) {
	v, ok := s.x.get(it)
	var n int
	switch {
	case !ok:
		return value{}, false
	case v.t == "S":
		n = utf8.RuneCountInString(v.s)
	case v.t == "B":
		n = len(v.s)
	case v.set != nil:
		n = len(v.set)
	case v.t == "L":
		n = len(v.list)
	case v.t == "M":
		n = len(v.m)
	default:
		return value{}, false
	}
	num, _ := parseNumber(strconv.Itoa(n))
	return numberValue(num), true
}

// keyInFilter returns the name of a key attribute that a filter mentions, or "".
func keyInFilter(c condition, keys keySchema) string {
	if c == nil {
		return ""
	}
	for _, part := range partsOf(c) {
		name := ""
		switch x := part.(type) {
		case condition:
			name = keyInFilter(x, keys)
		case operand:
			name = keyInOperand(x, keys)
		}
		if name != "" {
			return name
		}
	}
	return ""
}

func keyInOperand(o operand, keys keySchema) string {
	switch x := o.(type) {
	case path:
		if keys.has(x[0].name) {
			return x[0].name
		}
	case sizeOf:
		return keyInOperand(x.x, keys)
	}
	return ""
}

// partsOf returns the conditions and operands of a condition.
func partsOf(c condition) []any {
	switch x := c.(type) {
	case allOf:
		return []any{x.l, x.r}
	case anyOf:
		return []any{x.l, x.r}
	case not:
		return []any{x.c}
	case compare:
		return []any{x.l, x.r}
	case between:
		return []any{x.x, x.low, x.high}
	case oneOf:
		parts := []any{x.x}
		for _, o := range x.list {
			parts = append(parts, o)
		}
		return parts
	case exists:
		return []any{x.p}
	case hasType:
		return []any{x.x, x.t}
	case beginsWith:
		return []any{x.x, x.prefix}
	case contains:
		return []any{x.x, x.part}
	}
	return nil
}
