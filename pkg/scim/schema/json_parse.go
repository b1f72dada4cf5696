package schema

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// DecodeJSON decodes one JSON object. Numbers become json.Number. The following are a *Fault
// with the code FaultJSON: invalid JSON or UTF-8, data after the object, a value that is not an
// object, nesting deeper than maxDepth, and two keys of one object that are the same name (see
// NameKey). (A-02, H-04)
func DecodeJSON(data []byte, maxDepth int) (map[string]any, error) {
	return (&JSONLimits{Depth: maxDepth}).Decode(data)
}

// DecodeStored is DecodeJSON for a text that AppendDocument or AppendValue has made, in which no two keys of one
// object are the same name: they are not compared, which
// would take as many comparisons as there are pairs of keys. In any other text the last of two such keys counts.
// Its error is no *Fault, because the client has not sent the text.
func DecodeStored(data []byte, maxDepth int) (map[string]any, error) {
	m, err := (&JSONLimits{Depth: maxDepth, stored: true}).Decode(data)
	if err != nil {
		return nil, errors.New("what is stored cannot be read: " + err.Error())
	}
	return m, nil
}

// JSONLimits bound what is decoded. One value can bound several texts together, one after the other.
type JSONLimits struct {
	Depth int // nesting
	// Nodes is how many members of objects and elements of lists there may be, or 0 for no limit. A
	// text with more is a *Fault with the code FaultNodes, before the rest of it takes memory.
	Nodes  int
	Used   int  // nodes so far
	stored bool // see DecodeStored
}

// Decode is DecodeJSON within the limits.
func (l *JSONLimits) Decode(data []byte) (map[string]any, error) {
	v, err := l.Parse(data)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, NewFault(FaultJSON, "the body must be one JSON object")
	}
	return m, nil
}

// ParseJSON decodes one JSON value of any type. Otherwise it is DecodeJSON.
func ParseJSON(data []byte, maxDepth int) (any, error) {
	return (&JSONLimits{Depth: maxDepth}).Parse(data)
}

// Parse is ParseJSON within the limits.
func (l *JSONLimits) Parse(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, NewFault(FaultJSON, "the body is not valid UTF-8")
	}
	// The input is copied once; keys and strings without escapes are slices of the copy.
	p := jsonParser{data: string(data), max: l.Depth, left: math.MaxInt, stored: l.stored, lists: bodyLists}
	if l.Nodes > 0 {
		p.left = l.Nodes - l.Used
	}
	before := p.left
	p.data = strings.TrimPrefix(p.data, "\ufeff") // a byte order mark (RFC 8259 §8.1)
	v, err := p.value(0)
	l.Used += before - p.left
	if p.left < 0 {
		return nil, NewFault(FaultNodes, "the body has more than %d JSON members and elements (MaxNodes)", l.Nodes)
	}
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(p.data) {
		return nil, p.fault("unexpected data after the JSON value")
	}
	return v, nil
}

// errNodes ends reading at the first node too many. Parse says so with the limit.
var errNodes = errors.New("too many nodes")

type jsonParser struct {
	data string
	pos  int
	max  int
	left int // nodes that may follow; below zero there were too many, and reading has stopped

	stored bool // keys are not compared

	lists int   // how many short lists room is made for
	room  []any // of lists to come

	maps *lender // where maps come from, or nil
}

const (
	shortList = 2 // most lists of a resource have one or two elements
	bodyLists = 4 // and most bodies so many lists
)

// fault is as NewFault, and for the same reason not inlined.
//
//go:noinline
func (p *jsonParser) fault(text string) error {
	return NewFault(FaultJSON, "%s (at byte %d)", text, p.pos)
}

func (p *jsonParser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) (any, error) {
	if p.space(); p.pos >= len(p.data) {
		return nil, p.fault("unexpected end of JSON")
	}
	switch c := p.data[p.pos]; {
	case c == '{' || c == '[':
		if depth >= p.max {
			return nil, p.fault("the JSON is nested too deeply")
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '"':
		s, err := p.str()
		return boxed(s), err
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for _, word := range [...]struct {
		text  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(p.data[p.pos:], word.text) {
			p.pos += len(word.text)
			return word.value, nil
		}
	}
	return nil, p.fault("unexpected character")
}

func (p *jsonParser) object(depth int) (any, error) {
	p.pos++ // {
	var keys keySet
	members := 0
	if p.space(); p.pos < len(p.data) && p.data[p.pos] == '}' {
		p.pos++
		return map[string]any{}, nil
	}
	out := p.newMap(depth)
	for {
		if p.left--; p.left < 0 {
			return nil, errNodes
		}
		if members++; members > maxMembers && !p.stored {
			return nil, NewFault(FaultNodes, "an object of the body has more than %d JSON members", maxMembers)
		}
		if p.space(); p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return nil, p.fault("expected a key")
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.space(); p.pos >= len(p.data) || p.data[p.pos] != ':' {
			return nil, p.fault("expected a colon")
		}
		p.pos++
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		if !p.stored && keys.taken(key) {
			return nil, p.fault("duplicate attribute " + quote(key))
		}
		out[key] = v
		if p.space(); p.pos >= len(p.data) {
			return nil, p.fault("unexpected end of JSON")
		}
		p.pos++
		switch p.data[p.pos-1] {
		case ',':
		case '}':
			return out, nil
		default:
			return nil, p.fault("expected a comma or a closing brace")
		}
	}
}

// maxMembers bounds the members of one object: their names are compared with each other and sorted. A resource has some
// dozens.
const maxMembers = 10_000

// newMap returns an empty map for an object.
func (p *jsonParser) newMap(depth int) map[string]any {
	if p.maps != nil {
		return p.maps.lend()
	}
	return make(map[string]any, p.sizeHint(depth))
}

// sizeHint returns the usual number of keys of an object: a resource has about a dozen, the
// objects inside it and a short PATCH a few. A map that need not grow halves the cost of reading.
func (p *jsonParser) sizeHint(depth int) int {
	if depth == 1 && len(p.data) > 256 {
		return 12
	}
	return 0
}

// keySet finds keys of one object that are the same name. A short list is searched, a long one
// is hashed, so that the cost stays linear.
type keySet struct {
	list  [16]string
	n     int
	byKey map[string]bool // by NameKey, once list is full
}

func (s *keySet) taken(key string) bool {
	if s.byKey == nil {
		for _, k := range s.list[:s.n] {
			if len(k) == len(key) && SameName(k, key) {
				return true
			}
		}
		if s.n < len(s.list) {
			s.list[s.n] = key
			s.n++
			return false
		}
		s.byKey = make(map[string]bool, 2*s.n)
		for _, k := range s.list {
			s.byKey[NameKey(k)] = true
		}
	}
	name := NameKey(key)
	if s.byKey[name] {
		return true
	}
	s.byKey[name] = true
	return false
}

func (p *jsonParser) array(depth int) (any, error) {
	p.pos++ // [
	if p.space(); p.pos < len(p.data) && p.data[p.pos] == ']' {
		p.pos++
		return []any{}, nil
	}
	out := p.short()
	for {
		if p.left--; p.left < 0 {
			return nil, errNodes
		}
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.space(); p.pos >= len(p.data) {
			return nil, p.fault("unexpected end of JSON")
		}
		p.pos++
		switch p.data[p.pos-1] {
		case ',':
		case ']':
			return out, nil
		default:
			return nil, p.fault("expected a comma or a closing bracket")
		}
	}
}

// short returns an empty list with room for the usual number of elements. The lists of one text share memory.
func (p *jsonParser) short() []any {
	if len(p.room) == 0 {
		p.room = make([]any, p.lists*shortList)
	}
	list := p.room[:0:shortList]
	p.room = p.room[shortList:]
	return list
}
