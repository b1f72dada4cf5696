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

type pathKey struct {
	text   string
	strict bool
}

// Bounds of Paths. A path with a long literal, such as the id of a member, is not likely to come again.
const (
	manyPaths   = 256
	longPath    = 128
	longLiteral = 48
)

// Parse is ParsePathIn for the resource type, in a mode that ResourceType.Mode has made. Only paths without a
// fault are remembered.
func (p *Paths) Parse(s string, rt *schema.ResourceType, m schema.Mode) (*Path, error) {
	if p == nil || len(s) > longPath || len(s) > longLiteral && strings.IndexByte(s, '"') >= 0 {
		return ParsePathIn(s, rt, m)
	}
	key := pathKey{s, m.Strict}
	p.mu.RLock()
	path := p.by[key]
	p.mu.RUnlock()
	if path != nil {
		return path, nil
	}
	key.text = strings.Clone(s) // the path keeps parts of it, and it is a part of a body
	path, err := ParsePathIn(key.text, rt, m)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil || len(p.by) >= manyPaths {
		p.by = make(map[pathKey]*Path, 16)
	}
	p.by[key] = path
	return path, nil
}
