package filter

import (
	"strings"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Paths remembers the paths of one resource type: identity providers send the same few in every PATCH. It is
// safe for concurrent use, the zero value is ready, and a nil *Paths remembers nothing.
type Paths struct {
	mu sync.RWMutex
	by map[pathKey]*Path
}

// pathKey is a path, or what is around the one literal in it that varies, such as the id of a member.
type pathKey struct {
	text, after string
	strict      bool
}

// Bounds of Paths.
const (
	manyPaths    = 256
	longPath     = 128 // without a literal that varies
	shortLiteral = 16  // one that comes again, such as a type; a longer one varies
)

// keyOf returns the key of a path, and the literal that varies. ok is false for a path that is not remembered.
func keyOf(s string, strict bool) (key pathKey, literal string, ok bool) {
	key = pathKey{text: s, strict: strict}
	if before, rest, quoted := strings.Cut(s, `"`); quoted {
		text, after, closed := strings.Cut(rest, `"`)
		if !closed || strings.IndexByte(after, '"') >= 0 {
			return key, "", false
		}
		if len(text) > shortLiteral {
			if len(s) > maxLength || !plainASCII(text) || strings.IndexByte(text, '\\') >= 0 {
				return key, "", false
			}
			key.text, key.after, literal = before, after, text
		}
	}
	return key, literal, len(key.text)+len(key.after) <= longPath
}

// Parse is ParsePathIn for the resource type, in a mode that ResourceType.Mode has made. Only paths without a
// fault are remembered.
func (p *Paths) Parse(s string, rt *schema.ResourceType, m schema.Mode) (*Path, error) {
	key, literal, ok := keyOf(s, m.Strict)
	if p == nil || !ok {
		return ParsePathIn(s, rt, m)
	}
	p.mu.RLock()
	path := p.by[key]
	p.mu.RUnlock()
	switch {
	case path == nil:
		return p.learn(strings.Clone(s), rt, m) // the path keeps parts of it, and it is a part of a body
	case literal != "":
		return path.with(literal), nil
	}
	return path, nil
}

// learn parses a path and remembers it. With a literal that varies it is remembered if the path takes another one.
func (p *Paths) learn(s string, rt *schema.ResourceType, m schema.Mode) (*Path, error) {
	path, err := ParsePathIn(s, rt, m)
	if err != nil {
		return nil, err
	}
	key, literal, _ := keyOf(s, m.Strict)
	if literal != "" && !path.takesText() {
		return path, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil || len(p.by) >= manyPaths {
		p.by = make(map[pathKey]*Path, 16)
	}
	p.by[key] = path
	return path, nil
}

// takesText reports whether the filter is eq with a string, so that any other string would do as well.
func (p *Path) takesText() bool {
	c, ok := p.filter.(*Comparison)
	return ok && c.Op == Eq && c.Value.Kind == String && p.elem.kind == kindCompare &&
		(p.elem.typ == schema.String || p.elem.typ == schema.Reference)
}

// with is a path that takesText with another string. Half of what removing a member by its id allocates is saved so.
func (p *Path) with(text string) *Path {
	c, _ := p.filter.(*Comparison)
	one := &struct { // one allocation instead of three
		Path
		elem   node
		filter Comparison
	}{*p, *p.elem, *c}
	one.elem.setText(text)
	one.filter.Value.Text = text
	one.Path.elem, one.Path.filter = &one.elem, &one.filter
	return &one.Path
}
