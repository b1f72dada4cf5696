package oracle

import (
	"cmp"
	"slices"
	"strings"
)

// full is a resource with all that the service computes, and without what is never returned: what filters and sorting see.
func (m *model) full(r *resource) object {
	out := clone(r.body).(object)
	m.stamp(r, out)
	switch r.typ.name {
	case "User":
		if groups := m.groups(r.id); groups != nil {
			out["groups"] = groups
		}
	case "Group":
		if out["members"] == nil {
			out["members"] = []any{} // an empty group shows that it is empty; see the test of engine
		}
		for _, e := range list(out["members"]) {
			member := e.(object)
			if target := m.any(member["value"].(string)); target != nil {
				m.refer(member, target)
			}
		}
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// stamp adds the common attributes (RFC 7643 §3.1).
func (m *model) stamp(r *resource, out object) {
	schemas := []any{r.typ.core.urn}
	for _, e := range r.typ.extensions {
		if r.body[e.urn] != nil {
			schemas = append(schemas, e.urn)
		}
	}
	const form = "2006-01-02T15:04:05.000Z"
	out["schemas"], out["id"] = schemas, r.id
	out["meta"] = object{
		"resourceType": r.typ.name, "created": r.created.Format(form), "lastModified": r.modified.Format(form),
		"location": m.location(r), "version": r.tag(),
	}
}

func (m *model) location(r *resource) string { return m.base + "/" + r.typ.endpoint + "/" + r.id }

// refer adds what a reference shows of its target.
func (m *model) refer(to object, target *resource) {
	to["$ref"] = m.location(target)
	if name := display(target); name != "" {
		to["display"] = name
	}
}

// display is the name of a resource that others show.
func display(r *resource) string {
	name, _ := r.body["displayName"].(string)
	if name == "" {
		name, _ = r.body["userName"].(string)
	}
	return name
}

// groups are the groups of a member: those that have it directly, and those above them (L-06).
func (m *model) groups(id string) []any {
	found := map[string]string{}
	level, kind := []string{id}, "direct"
	for len(level) > 0 {
		var above []string
		for _, g := range m.resources {
			if _, seen := found[g.id]; seen || !slices.ContainsFunc(level, func(id string) bool { return has(g, id) }) {
				continue
			}
			found[g.id] = kind
			above = append(above, g.id)
		}
		level, kind = above, "indirect"
	}
	var out []any
	for _, g := range m.resources {
		if kind, in := found[g.id]; in {
			entry := object{"value": g.id, "type": kind}
			m.refer(entry, g)
			out = append(out, entry)
		}
	}
	return out
}

func has(g *resource, id string) bool {
	return slices.ContainsFunc(list(g.body["members"]), func(e any) bool { return e.(object)["value"] == id })
}

// projection is what a client wants to see (RFC 7644 §3.9).
type projection struct {
	attributes, excluded []path
	chosen, without      bool // one of the two was given
	named                map[*attr]bool
}

// shown is a resource as a client gets it.
func (m *model) shown(r *resource, p projection) object {
	full := m.full(r)
	out := p.members(r.typ.core.attrs, full, "")
	for _, e := range r.typ.extensions {
		if in, has := full[e.urn].(object); has {
			if left := p.members(e.attrs, in, e.urn); len(left) > 0 {
				out[e.urn] = left
			}
		}
	}
	return out
}

func (p projection) members(attrs []*attr, o object, urn string) object {
	out := object{}
	for _, a := range attrs {
		v, has := o[a.Name]
		if !has || !p.visible(a, nil, urn) {
			continue
		}
		switch v := v.(type) {
		case object:
			if in := p.parts(a, v, urn); len(in) > 0 {
				out[a.Name] = in
			}
			continue
		case []any:
			if a.Type == "complex" {
				var kept []any
				for _, e := range v {
					if in := p.parts(a, e.(object), urn); len(in) > 0 {
						kept = append(kept, in)
					}
				}
				if kept != nil || len(v) == 0 {
					out[a.Name] = append([]any{}, kept...)
				}
				continue
			}
		}
		out[a.Name] = v
	}
	return out
}

func (p projection) parts(a *attr, o object, urn string) object {
	out := object{}
	for _, s := range a.Sub {
		if v, has := o[s.Name]; has && p.visible(a, s, urn) {
			out[s.Name] = v
		}
	}
	return out
}

// visible says whether an attribute, or a sub-attribute of it, is returned (RFC 7643 §7, returned).
func (p projection) visible(a, sub *attr, urn string) bool {
	self := a
	if sub != nil {
		self = sub
	}
	switch {
	case self.Ret == "never":
		return false
	case self.Ret == "always":
		return true
	case p.chosen && sub != nil && a.Ret == "always" && sub.Ret == "default" && !p.names(a, urn):
		return true // as a is, without being asked for
	case p.chosen:
		return slices.ContainsFunc(p.attributes, func(at path) bool { return at.chooses(a, sub, urn) })
	case slices.ContainsFunc(p.excluded, func(at path) bool { return at.excludes(a, sub, urn) }):
		return false
	}
	return self.Ret == "default" || p.named[self]
}

// names says whether attributes names an attribute or a part of it.
func (p projection) names(a *attr, urn string) bool {
	return slices.ContainsFunc(p.attributes, func(at path) bool { return at.urn == urn && at.attr == a })
}

// chooses: the path names the attribute, its container, or a part of it.
func (at path) chooses(a, sub *attr, urn string) bool {
	switch {
	case at.urn != urn:
		return false
	case at.attr == nil:
		return urn != "" && (sub == nil || sub.Ret == "default")
	case at.attr != a:
		return false
	case sub == nil || at.sub == sub:
		return true
	}
	return at.sub == nil && sub.Ret == "default"
}

// excludes: the path names the attribute, its container or its part. What is always returned stays, unless it is a part that is
// named.
func (at path) excludes(a, sub *attr, urn string) bool {
	switch {
	case at.urn != urn || at.attr != nil && at.attr != a || at.attr == nil && urn == "":
		return false
	case at.sub != nil:
		return at.sub == sub
	}
	return a.Ret != "always"
}

// named reads the list of a parameter. Unknown names are ignored (V-09).
func named(typ *resourceType, text string) []path {
	var out []path
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if at := (&grammar{typ: typ}).path(part); at.attr != nil || at.urn != "" {
			out = append(out, at)
		}
	}
	return out
}

// byValue sorts lists whose order means nothing, members and groups, so that two answers can be compared.
func byValue(v any) {
	slices.SortFunc(list(v), func(x, y any) int { return cmp.Compare(text(x, "value"), text(y, "value")) })
}

func text(o any, name string) string {
	in, _ := o.(object)
	s, _ := in[name].(string)
	return s
}
