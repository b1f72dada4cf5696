package engine

import (
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// managerKey is the index under which the reports of a manager are found.
const managerKey = schema.URNEnterpriseUser + ":manager.value"

// indexPath is an attribute with an index: those that every client looks up, and all that a schema
// announces as unique.
type indexPath struct {
	schema.Ref
	attr   string                  // the name in index keys and filter terms
	unique func(*scim.Tenant) bool // whether one resource at most may hold a value
}

func always(*scim.Tenant) bool { return true }
func never(*scim.Tenant) bool  { return false }

// indexPaths lists the indexed attributes of a type. The planner and the writer both use this list,
// so they cannot disagree.
func indexPaths(rt *schema.ResourceType) (paths []indexPath) {
	add := func(ref schema.Ref, unique func(*scim.Tenant) bool) {
		attr := ref.String()
		if !slices.ContainsFunc(paths, func(p indexPath) bool { return p.attr == attr }) {
			paths = append(paths, indexPath{Ref: ref, attr: attr, unique: unique})
		}
	}
	named := func(name string, unique func(*scim.Tenant) bool) {
		if ref, ok := rt.ResolveName(name); ok {
			add(ref, unique)
		}
	}
	add(schema.Ref{Attr: schema.Common("externalId")}, func(t *scim.Tenant) bool { return t.UniqueExternalID })
	switch {
	case rt.IsUser():
		named("userName", always)
	case rt.IsGroup():
		named("displayName", func(t *scim.Tenant) bool { return !t.SharedGroupNames })
	}
	for _, ref := range announced(rt) {
		add(ref, always)
	}
	if rt.IsUser() {
		for _, name := range []string{"displayName", "emails.value", managerKey} {
			named(name, never)
		}
	}
	return paths
}

// announced lists what the schemas of a type announce as unique. What clients cannot write has no
// values in documents.
func announced(rt *schema.ResourceType) (refs []schema.Ref) {
	refs = announcedIn("", rt.Schema, refs)
	for _, e := range rt.Extensions {
		refs = announcedIn(e.Schema.ID, e.Schema, refs)
	}
	return refs
}

func announcedIn(container string, s *schema.Schema, refs []schema.Ref) []schema.Ref {
	for _, a := range s.Attributes {
		if a.Mutability == schema.ReadOnly || container == "" && a.Name == "members" {
			continue
		}
		ref := schema.Ref{Container: container, Attr: a}
		if a.Uniqueness != schema.None {
			if a.Type == schema.Complex {
				ref.Sub = a.Sub("value")
			}
			if ref.Leaf().Enforceable() {
				refs = append(refs, ref)
			}
		}
		for _, sub := range a.SubAttributes {
			if sub.Uniqueness != schema.None && sub.Mutability != schema.ReadOnly && sub.Enforceable() {
				refs = append(refs, schema.Ref{Container: container, Attr: a, Sub: sub})
			}
		}
	}
	return refs
}

// indexed finds the index of a canonical attribute path, or nil.
func (p *core) indexed(t *scim.Tenant, rt *schema.ResourceType, attr string) *indexPath {
	paths := p.pathsOf(t, rt)
	for i := range paths {
		if paths[i].attr == attr {
			return &paths[i]
		}
	}
	return nil
}

// pathsOf lists the indexed attributes of a type in a tenant, with those that its settings name.
func (p *core) pathsOf(t *scim.Tenant, rt *schema.ResourceType) []indexPath {
	return withExtra(t, rt, p.factsOf(rt).indexPaths)
}

func withExtra(t *scim.Tenant, rt *schema.ResourceType, paths []indexPath) []indexPath {
	refs := t.ExtraIndexes(rt)
	if len(refs) == 0 {
		return paths
	}
	all := slices.Clone(paths)
	for _, ref := range refs {
		attr := ref.String()
		if !slices.ContainsFunc(paths, func(p indexPath) bool { return p.attr == attr }) {
			all = append(all, indexPath{Ref: ref, attr: attr, unique: never})
		}
	}
	return all
}

// indexKeys computes every index key of a document that is written at a time.
func (p *core) indexKeys(t *scim.Tenant, rt *schema.ResourceType, c content, at time.Time) []scim.IndexKey {
	return keysOf(t, p.pathsOf(t, rt), c, at)
}

// timeKey is the key of a time of change, in the order of time.
func (ix *indexPath) timeKey(at time.Time) string { return ix.Leaf().Fold(schema.FormatTime(at)) }

func keysOf(t *scim.Tenant, paths []indexPath, c content, at time.Time) []scim.IndexKey {
	var room [fewKeys]string
	keys := keyList{list: make([]scim.IndexKey, 0, 6)}
	for i := range paths {
		ix := &paths[i]
		if ix.attr == scim.LastModified {
			if !at.IsZero() {
				keys.list = append(keys.list, scim.IndexKey{Attr: ix.attr, Value: ix.timeKey(at)})
			}
			continue
		}
		level := c.doc
		if ix.Container != "" {
			level, _ = c.doc[ix.Container].(map[string]any)
		}
		if v := level[ix.Attr.Name]; v != nil {
			keys.begin()
			ix.appendKeys(&keys, v, ix.Sub != nil, ix.unique(t))
		} else if c.rest != nil {
			keys.begin()
			for _, value := range c.rest.Keys(room[:0], ix.Ref) {
				keys.add(scim.IndexKey{Attr: ix.attr, Value: value, Unique: ix.unique(t)})
			}
		}
	}
	return keys.list
}

// appendKeys adds the keys of a value: of each element of a list, and of the sub-attribute inside.
func (ix *indexPath) appendKeys(keys *keyList, v any, outside, unique bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			ix.appendKeys(keys, e, outside, unique)
		}
		return
	case map[string]any:
		if outside {
			ix.appendKeys(keys, v[ix.Sub.Name], false, unique)
		}
		return
	}
	if value, ok := ix.Leaf().Key(v); ok && !outside {
		keys.add(scim.IndexKey{Attr: ix.attr, Value: value, Unique: unique})
	}
}

// keyList collects index keys without repetitions. Keys of different attributes differ, so only
// those of the attribute at hand are compared; many of them are hashed, so that the cost stays
// linear.
type keyList struct {
	list []scim.IndexKey
	from int             // the first key of the attribute at hand
	seen map[string]bool // its values, once they are many
}

// fewKeys is how many keys are compared one by one.
const fewKeys = 16

// begin starts the keys of another attribute.
func (l *keyList) begin() { l.from, l.seen = len(l.list), nil }

func (l *keyList) add(k scim.IndexKey) {
	own := l.list[l.from:]
	switch {
	case l.seen == nil && len(own) < fewKeys:
		if slices.Contains(own, k) {
			return
		}
	case l.seen == nil:
		l.seen = make(map[string]bool, 4*fewKeys)
		for i := range own {
			l.seen[own[i].Value] = true
		}
		fallthrough
	default:
		if l.seen[k.Value] {
			return
		}
		l.seen[k.Value] = true
	}
	l.list = append(l.list, k)
}
