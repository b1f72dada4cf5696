package scim

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// shape is a Projection resolved against one resource type.
type shape struct {
	all                               bool               // no attributes parameter: the default set
	include                           map[string]nameSet // container → attributes to show
	exclude                           map[string]nameSet // container → attributes to hide
	request                           map[string]bool    // top-level names a write carried
	withMeta, withGroups, withMembers bool
	splice                            bool   // the stored document goes out unread
	location                          string // of the only resource, if it is known already
	ahead                             lookedUp
	afterWrite                        bool // the answer must not fail any more
}

// nameSet maps an attribute to the sub-attributes wanted; nil means all of it.
type nameSet map[string][]string

func (s nameSet) add(ref schema.Ref) {
	if ref.Attr == nil {
		s[""] = nil // the whole container
		return
	}
	subs, ok := s[ref.Attr.Name]
	if ref.Sub == nil || ok && subs == nil {
		s[ref.Attr.Name] = nil
		return
	}
	s[ref.Attr.Name] = append(subs, ref.Sub.Name)
}

func (s nameSet) has(name string) bool { _, ok := s[name]; return ok }

// newShape resolves a projection; unknown names are ignored (V-09).
func newShape(rt *schema.ResourceType, f *facts, p Projection, wrote []string) (shape, error) {
	if len(p.Attributes) > 0 && len(p.Excluded) > 0 {
		return shape{}, errorf(CodeProjection, "attributes and excludedAttributes exclude each other; send only one")
	}
	s := shape{all: len(p.Attributes) == 0}
	if p.IsZero() && f.plain && !f.onRequest {
		s.withMeta, s.withGroups, s.withMembers, s.splice = true, f.hasGroups, f.hasMembers, true
		return s, nil
	}
	s.include = resolveNames(rt, p.Attributes)
	s.exclude = resolveNames(rt, p.Excluded)
	if len(wrote) > 0 {
		s.request = make(map[string]bool, len(wrote))
		for _, w := range wrote {
			s.request[schema.Fold(w)] = true
		}
	}
	wants := func(name string) bool {
		if s.all {
			subs, out := s.exclude[""][name]
			return !out || subs != nil
		}
		return s.include[""].has(name)
	}
	s.withMeta = wants("meta")
	s.withGroups = rt.Schema.Attribute("groups") != nil && wants("groups")
	s.withMembers = rt.Schema.Attribute("members") != nil && wants("members")
	return s, nil
}

func resolveNames(rt *schema.ResourceType, names []string) map[string]nameSet {
	out := map[string]nameSet{}
	for _, n := range names {
		ref, ok := resolveName(rt, strings.TrimSpace(n))
		if !ok {
			continue
		}
		if out[ref.Container] == nil {
			out[ref.Container] = nameSet{}
		}
		out[ref.Container].add(ref)
	}
	return out
}

// resolveName resolves "name.sub", "urn:…:name.sub" or an extension URN.
func resolveName(rt *schema.ResourceType, s string) (schema.Ref, bool) {
	if s == "" {
		return schema.Ref{}, false
	}
	if ref, ok := rt.Resolve(s, "", ""); ok {
		return ref, true
	}
	urn := ""
	if strings.HasPrefix(strings.ToLower(s), "urn:") {
		i := strings.LastIndexByte(s, ':')
		urn, s = s[:i], s[i+1:]
	}
	name, sub, _ := strings.Cut(s, ".")
	return rt.Resolve(urn, name, sub)
}

// result loads what the shape asks for and renders one resource.
func (p *StandardProvider) result(ctx context.Context, t *Tenant, rt *schema.ResourceType, r *Resource, pr Projection, wrote []string, changed bool, notes []string) (*Result, error) {
	one := &struct { // in one piece of memory: this is the hottest path there is
		Result
		shape shape
		list  [1]*Resource
		ids   [1]string
	}{Result: Result{ID: r.ID, Version: r.Version, Location: p.location(t, rt, r.ID), Changed: changed, Notes: notes}}
	if pr.None {
		return &one.Result, nil
	}
	var err error
	if one.shape, err = newShape(rt, p.factsOf(rt), pr, wrote); err != nil {
		return nil, err
	}
	one.shape.location, one.shape.ahead, one.shape.afterWrite = one.Location, pr.ahead, changed
	one.list[0], one.ids[0] = r, r.ID
	groups, members, err := p.edgesOf(ctx, t, one.list[:], one.ids[:], &one.shape)
	if err != nil {
		return nil, err
	}
	if one.Body, err = p.renderOne(t, rt, r, &one.shape, groups[r.ID], members[r.ID]); err != nil {
		return nil, err
	}
	return &one.Result, nil
}

func (p *StandardProvider) location(t *Tenant, rt *schema.ResourceType, id string) string {
	return p.o.PublicBase + "/" + t.ID.String() + rt.Endpoint + "/" + url.PathEscape(id)
}

// render makes the representations of many resources of one type; memberships of all of
// them are read together.
func (p *StandardProvider) render(ctx context.Context, t *Tenant, rt *schema.ResourceType, rs []*Resource, s *shape) ([][]byte, error) {
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	groups, members, err := p.edgesOf(ctx, t, rs, ids, s)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(rs))
	for i, r := range rs {
		body, err := p.renderOne(t, rt, r, s, groups[r.ID], members[r.ID])
		if err != nil {
			return nil, err
		}
		out[i] = body
	}
	return out, nil
}

// edgesOf reads what the shape shows of memberships, by resource id. ids are those of rs.
func (p *StandardProvider) edgesOf(ctx context.Context, t *Tenant, rs []*Resource, ids []string, s *shape) (groups map[string][]groupRef, members map[string][]Member, err error) {
	if s.withGroups && len(ids) > 0 {
		if groups, err = s.groups(ctx, p, t, ids); err != nil {
			return nil, nil, err
		}
	}
	members, err = p.membersOf(ctx, t, rs, s)
	return groups, members, err
}

func (p *StandardProvider) renderOne(t *Tenant, rt *schema.ResourceType, r *Resource, s *shape, groups []groupRef, members []Member) ([]byte, error) {
	if s.splice {
		dst := make([]byte, 0, len(r.Document)+320+96*len(groups)+160*len(members))
		dst = append(dst, `{"id":`...)
		dst = schema.AppendString(dst, r.ID)
		dst = append(dst, ',')
		dst = append(dst, r.Document[1:len(r.Document)-1]...)
		return p.appendRest(dst, t, rt, r, s, groups, members, nil), nil
	}
	doc, err := decode(r)
	if err != nil {
		return nil, err
	}
	s.prune(rt, doc)
	dst := append(make([]byte, 0, len(r.Document)+320), `{"id":`...)
	dst = schema.AppendString(dst, r.ID)
	dst = append(dst, ',')
	body := rt.AppendDocument(nil, doc)
	dst = append(dst, body[1:len(body)-1]...)
	return p.appendRest(dst, t, rt, r, s, groups, members, s), nil
}

// appendRest adds groups, members and meta. narrow, when set, cuts sub-attributes.
func (p *StandardProvider) appendRest(dst []byte, t *Tenant, rt *schema.ResourceType, r *Resource, s *shape, groups []groupRef, members []Member, narrow *shape) []byte {
	if len(groups) > 0 {
		dst = append(dst, `,"groups":[`...)
		for i, g := range groups {
			if i > 0 {
				dst = append(dst, ',')
			}
			kind := "indirect"
			if g.Direct {
				kind = "direct"
			}
			dst = appendEdge(dst, narrow.keeps("groups"), g.ID, p.base(t)+"/Groups/"+url.PathEscape(g.ID), kind, g.Display)
		}
		dst = append(dst, ']')
	}
	if len(members) > 0 {
		dst = append(dst, `,"members":[`...)
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			ref := ""
			if target := t.Types.ByName(m.Type); target != nil {
				ref = p.location(t, target, m.ID)
			}
			dst = appendEdge(dst, narrow.keeps("members"), m.ID, ref, m.Type, m.Display)
		}
		dst = append(dst, ']')
	}
	if s.withMeta {
		dst = p.appendMeta(dst, t, rt, r, s, narrow.keeps("meta"))
	}
	return append(dst, '}')
}

func (p *StandardProvider) appendMeta(dst []byte, t *Tenant, rt *schema.ResourceType, r *Resource, s *shape, keep func(string) bool) []byte {
	if keep == nil {
		dst = append(dst, `,"meta":{"resourceType":`...)
		dst = schema.AppendString(dst, rt.Name)
		dst = appendTime(append(dst, `,"created":`...), r.Created)
		dst = appendTime(append(dst, `,"lastModified":`...), r.LastModified)
		dst = append(dst, `,"location":`...)
		location := s.location
		if location == "" {
			location = p.location(t, rt, r.ID)
		}
		dst = schema.AppendString(dst, location)
		dst = append(dst, `,"version":"W/\"`...)
		dst = strconv.AppendInt(dst, r.Version, 10)
		return append(dst, `\""}`...)
	}
	dst = append(dst, `,"meta":{`...)
	first := true
	add := func(name string, value func([]byte) []byte) {
		if !keep(name) {
			return
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		dst = value(dst)
	}
	add("resourceType", func(b []byte) []byte { return schema.AppendValue(b, rt.Name) })
	add("created", func(b []byte) []byte { return appendTime(b, r.Created) })
	add("lastModified", func(b []byte) []byte { return appendTime(b, r.LastModified) })
	add("location", func(b []byte) []byte { return schema.AppendValue(b, p.location(t, rt, r.ID)) })
	add("version", func(b []byte) []byte {
		b = append(b, `"W/\"`...)
		b = strconv.AppendInt(b, r.Version, 10)
		return append(b, `\""`...)
	})
	return append(dst, '}')
}

// appendTime is AppendFormat with timeFormat, by hand: every answer has two of them.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	milli := t.Nanosecond() / 1e6
	digit := func(n int) byte { return byte('0' + n%10) }
	return append(dst, '"',
		digit(year/1000), digit(year/100), digit(year/10), digit(year), '-',
		digit(int(month)/10), digit(int(month)), '-', digit(day/10), digit(day), 'T',
		digit(hour/10), digit(hour), ':', digit(minute/10), digit(minute), ':', digit(second/10), digit(second), '.',
		digit(milli/100), digit(milli/10), digit(milli), 'Z', '"')
}

func appendEdge(dst []byte, keep func(string) bool, id, ref, typ, display string) []byte {
	start := len(dst)
	dst = append(dst, '{')
	for _, kv := range [...][2]string{{"value", id}, {"$ref", ref}, {"type", typ}, {"display", display}} {
		if kv[1] == "" || keep != nil && !keep(kv[0]) {
			continue
		}
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, kv[0]...)
		dst = append(dst, `":`...)
		dst = schema.AppendString(dst, kv[1])
	}
	return append(dst, '}')
}

// keeps tells which sub-attributes of a core attribute remain; nil means all.
func (s *shape) keeps(attr string) func(string) bool {
	if s == nil {
		return nil
	}
	wanted, hidden := s.include[""][attr], s.exclude[""][attr]
	return func(sub string) bool {
		if !s.all && wanted != nil {
			return slices.Contains(wanted, sub)
		}
		return !slices.Contains(hidden, sub)
	}
}

// prune removes from a decoded document what the client shall not see.
func (s *shape) prune(rt *schema.ResourceType, doc map[string]any) {
	s.pruneLevel(doc, rt.Schema.Attributes, "")
	if !s.shows(schema.Common("externalId"), "") {
		delete(doc, "externalId")
	}
	for _, e := range rt.Extensions {
		ext, ok := doc[e.Schema.ID].(map[string]any)
		if !ok {
			continue
		}
		s.pruneLevel(ext, e.Schema.Attributes, e.Schema.ID)
		if len(ext) == 0 {
			delete(doc, e.Schema.ID)
		}
	}
}

// shows decides on a whole attribute (RFC 7644 §3.9).
func (s *shape) shows(a *schema.Attribute, container string) bool {
	switch a.Returned {
	case schema.Never:
		return false
	case schema.Always:
		return true
	}
	if s.all {
		if a.Returned == schema.OnRequest && !s.request[schema.Fold(a.Name)] {
			return false
		}
		subs, out := s.exclude[container][a.Name]
		return !s.exclude[container].has("") && (!out || subs != nil)
	}
	return s.include[container].has("") || s.include[container].has(a.Name)
}

func (s *shape) pruneLevel(level map[string]any, attrs []*schema.Attribute, container string) {
	for _, a := range attrs {
		v, ok := level[a.Name]
		if !ok {
			continue
		}
		if !s.shows(a, container) {
			delete(level, a.Name)
			continue
		}
		if a.Type == schema.Complex {
			if v = s.pruneSubs(v, a, container); v == nil {
				delete(level, a.Name)
			} else {
				level[a.Name] = v
			}
		}
	}
}

func (s *shape) pruneSubs(v any, a *schema.Attribute, container string) any {
	var wanted, hidden []string
	if !s.all {
		wanted = s.include[container][a.Name]
	} else {
		hidden = s.exclude[container][a.Name]
	}
	cut := func(m map[string]any) {
		for _, sub := range a.SubAttributes {
			switch {
			case sub.Returned == schema.Never,
				sub.Returned == schema.OnRequest && !slices.Contains(wanted, sub.Name),
				sub.Returned == schema.Default && wanted != nil && !slices.Contains(wanted, sub.Name),
				sub.Returned != schema.Always && slices.Contains(hidden, sub.Name):
				delete(m, sub.Name)
			}
		}
	}
	switch v := v.(type) {
	case map[string]any:
		if cut(v); len(v) == 0 {
			return nil
		}
		return v
	case []any:
		kept := v[:0]
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				if cut(m); len(m) == 0 {
					continue
				}
			}
			kept = append(kept, e)
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	}
	return v
}
