package dynamotest

import (
	"maps"
	"slices"
)

// projection is a set of paths as a tree. A leaf keeps the whole value.
type projection struct {
	names   map[string]*projection
	indexes map[int]*projection
}

// parseProjection parses a ProjectionExpression. Without text, the whole item is kept.
func parseProjection(text *string, env *exprEnv) (*projection, []path, error) {
	if text == nil {
		return nil, nil, nil
	}
	p := newParser("ProjectionExpression", *text, env)
	var paths []path
	for p.err == nil {
		paths = append(paths, p.parsePath())
		if !p.accept(",") {
			break
		}
	}
	if err := p.end(); err != nil {
		return nil, nil, err
	}
	p.distinct(paths)
	return project(paths), paths, p.err
}

func project(paths []path) *projection {
	root := &projection{}
	for _, p := range paths {
		at := root
		for _, s := range p {
			if at.names == nil {
				at.names, at.indexes = map[string]*projection{}, map[int]*projection{}
			}
			next := at.indexes[s.index]
			if s.index < 0 {
				next = at.names[s.name]
			}
			if next == nil {
				next = &projection{}
				if s.index < 0 {
					at.names[s.name] = next
				} else {
					at.indexes[s.index] = next
				}
			}
			at = next
		}
	}
	return root
}

// shown returns what of a kept item is sent.
func (pr *projection) shown(p packed) any {
	if pr == nil {
		return p
	}
	return pr.of(p.item())
}

// of returns the projected part of an item, all of it for nil. Elements of lists move up.
func (pr *projection) of(it item) item {
	if pr == nil || it == nil {
		return it
	}
	v, _ := pr.value(value{t: "M", m: it})
	if v.m == nil {
		return item{}
	}
	return v.m
}

func (pr *projection) value(v value) (value, bool) {
	if pr.names == nil {
		return v, true
	}
	switch v.t {
	case "M":
		out := item{}
		for name, sub := range pr.names {
			if inner, ok := v.m[name]; ok {
				if kept, ok := sub.value(inner); ok {
					out[name] = kept
				}
			}
		}
		return value{t: "M", m: out}, len(out) > 0
	case "L":
		var out []value
		for _, i := range slices.Sorted(maps.Keys(pr.indexes)) {
			if i < len(v.list) {
				if kept, ok := pr.indexes[i].value(v.list[i]); ok {
					out = append(out, kept)
				}
			}
		}
		return value{t: "L", list: out}, len(out) > 0
	}
	return value{}, false
}
