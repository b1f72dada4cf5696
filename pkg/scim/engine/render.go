package engine

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// batch is a list of resources of one type that are rendered together, so that the memberships
// of all of them are read at once.
type batch struct {
	scim.Target // tenant and type; the ID of the only resource, if there is only one
	list        []*scim.Resource
	ids         []string // of list
	view        view
	groups      groupSource // nil: still to be asked for
	location    string      // of the only resource, if it is known already
	notes       []string    // what the answer leaves out
}

// edges are the memberships that a batch shows, by resource id.
type edges struct {
	groups  map[string][]GroupRef
	members map[string][]scim.Member
}

// single is one resource on its way to the answer of an operation. It is one allocation instead of
// four: this is the hottest path.
type single struct {
	scim.Result
	batch batch
	list  [1]*scim.Resource
	ids   [1]string
}

// result renders one resource as the answer of an operation.
func (p *Provider) result(ctx context.Context, at scim.Target, r *scim.Resource, v *view, groups groupSource) (*scim.Result, error) {
	one := p.singleOf(at, r, v)
	if v.none {
		return &one.Result, nil
	}
	one.batch.groups = groups
	e, err := p.edgesOf(ctx, &one.batch)
	if err != nil {
		return nil, err
	}
	return p.complete(one, e)
}

func (p *core) singleOf(at scim.Target, r *scim.Resource, v *view) *single {
	one := &single{list: [1]*scim.Resource{r}, ids: [1]string{r.ID}}
	at.ID = r.ID
	one.Result = scim.Result{ID: r.ID, Version: r.Version, Location: p.location(at)}
	if !v.none {
		one.batch = batch{Target: at, list: one.list[:], ids: one.ids[:], view: *v, location: one.Location}
	}
	return one
}

// complete renders the resource with its edges, without its members if the answer would be too long.
func (p *core) complete(one *single, e edges) (*scim.Result, error) {
	b := &one.batch
	body, err := p.render(b, one.list[0], e)
	if err != nil {
		return nil, err
	}
	if limit := p.maxAnswer(b.Tenant); limit > 0 && len(body.json) > limit && body.members.size() > 0 {
		if b.view.whole {
			return nil, tooManyMembers(b.Type, b.ID)
		}
		body.cut()
		b.leftOut(one.ids[:], tooLong)
	}
	one.Body, one.Notes = body.json, b.notes
	return &one.Result, nil
}

// edgeSource knows the memberships that a batch shows.
type edgeSource interface {
	edgesOf(ctx context.Context, b *batch) (edges, error)
}

// renderAll renders a batch and appends the bodies to out.
func (p *core) renderAll(ctx context.Context, b *batch, src edgeSource, out []body) ([]body, error) {
	b.ids = make([]string, len(b.list))
	for i, r := range b.list {
		b.ids[i] = r.ID
	}
	e, err := src.edgesOf(ctx, b)
	if err != nil {
		return nil, err
	}
	for i, r := range b.list {
		if i%64 == 63 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		one, err := p.render(b, r, e)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// edgesOf implements edgeSource over the store.
func (p *Provider) edgesOf(ctx context.Context, b *batch) (e edges, err error) {
	if b.view.err != nil {
		return e, b.view.err
	}
	if b.view.withGroups && len(b.ids) > 0 {
		var m memberships
		if b.groups != nil {
			m, err = b.groups(ctx)
		} else {
			m, err = p.groupsOf(ctx, b.Tenant, b.ids)
		}
		if err != nil {
			return e, err
		}
		if e.groups = m.of; m.deep {
			b.notes = tooDeep(b.notes, b.Tenant)
		}
	}
	if b.view.withMembers {
		e.members, err = p.shownMembers(ctx, b)
	}
	return e, err
}

// render is the representation of one resource: the stored document as it is, or decoded and
// pruned, and what is not part of it: id, groups, members and meta.
func (p *core) render(b *batch, r *scim.Resource, e edges) (out body, err error) {
	groups := e.groups[r.ID]
	members, shown := e.members[r.ID]
	document := r.Document
	switch {
	case b.view.splice:
	case b.view.bare:
		document = schema.AppendValue(nil, map[string]any{"schemas": []any{b.Type.Schema.ID}})
	default:
		doc, err := decode(r)
		if err != nil {
			return out, err
		}
		b.view.prune(b.Type, doc)
		document = b.Type.AppendDocument(nil, doc)
	}
	dst := make([]byte, 0, len(document)+320+96*len(groups)+160*len(members))
	dst = append(dst, `{"id":`...)
	dst = schema.AppendString(dst, r.ID)
	dst = append(dst, ',')
	dst = append(dst, document[1:len(document)-1]...)
	dst = p.appendGroups(dst, b, groups)
	if shown {
		out.members.from = len(dst)
		dst = p.appendMembers(dst, b, members)
		out.members.to = len(dst)
	}
	if b.view.withMeta {
		dst = p.appendMeta(dst, b, r)
	}
	dst = append(dst, '}')
	out.json = dst
	return out, nil
}

// appendGroups renders User.groups (RFC 7643 §4.1.2).
func (p *core) appendGroups(dst []byte, b *batch, groups []GroupRef) []byte {
	if len(groups) == 0 {
		return dst
	}
	keep, named := b.view.keeps("groups"), b.view.reader.Sees(schema.TypeGroup)
	dst = append(dst, `,"groups":[`...)
	for i, g := range groups {
		if i > 0 {
			dst = append(dst, ',')
		}
		e := edge{id: g.ID, ref: p.base(b.Tenant) + "/Groups/" + url.PathEscape(g.ID), typ: g.kind()}
		if named {
			e.display = g.Display
		}
		dst = appendEdge(dst, keep, e)
	}
	return append(dst, ']')
}

// appendMembers renders Group.members (RFC 7643 §4.2). A group without any says so: clients read an
// absent list as one that they do not know.
func (p *core) appendMembers(dst []byte, b *batch, members []scim.Member) []byte {
	keep := b.view.keeps("members")
	dst = append(dst, `,"members":[`...)
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		e := edge{id: m.ID, ref: p.refOf(b.Tenant, m), typ: m.Type}
		if b.view.reader.Sees(m.Type) {
			e.display = m.Display
		}
		dst = appendEdge(dst, keep, e)
	}
	return append(dst, ']')
}

// refOf is the $ref of a member, or "" if its type is not one of the tenant's.
func (p *core) refOf(t *scim.Tenant, m scim.Member) string {
	rt := t.Types.ByName(m.Type)
	if rt == nil {
		return ""
	}
	return p.location(scim.Target{Tenant: t, Type: rt, ID: m.ID})
}

// edge is one element of groups or members.
type edge struct{ id, ref, typ, display string }

func appendEdge(dst []byte, keep func(string) bool, e edge) []byte {
	start := len(dst)
	dst = append(dst, '{')
	for _, kv := range [...][2]string{{"value", e.id}, {"$ref", e.ref}, {"type", e.typ}, {"display", e.display}} {
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

// appendMeta renders meta (RFC 7643 §3.1), of which a projection may want a part.
func (p *core) appendMeta(dst []byte, b *batch, r *scim.Resource) []byte {
	keep := b.view.keeps("meta")
	dst = append(dst, `,"meta":{`...)
	start := len(dst)
	begin := func(name string) bool {
		if keep != nil && !keep(name) {
			return false
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		return true
	}
	if begin("resourceType") {
		dst = schema.AppendString(dst, b.Type.Name)
	}
	if begin("created") {
		dst = appendTime(dst, r.Created)
	}
	if begin("lastModified") {
		dst = appendTime(dst, r.LastModified)
	}
	if begin("location") {
		location := b.location
		if location == "" {
			location = p.location(b.Of(r.ID))
		}
		dst = schema.AppendString(dst, location)
	}
	if r.Version > 0 && begin("version") {
		dst = append(dst, `"W/\"`...)
		dst = strconv.AppendInt(dst, r.Version, 10)
		dst = append(dst, `\""`...)
	}
	return append(dst, '}')
}

// appendTime is AppendFormat in the precision of the wire, by hand: every answer has two times,
// and it takes a third of the time.
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
