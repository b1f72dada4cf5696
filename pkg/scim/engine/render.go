package engine

import (
	"context"
	"net/url"
	"slices"
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
	renewed     bool     // list is the batch's own
	ids         []string // of list
	view        view
	groups      groupSource    // nil: still to be asked for
	location    string         // of the only resource, if it is known already
	notes       []string       // what the answer leaves out
	stored      *schema.Stored // where documents are taken apart, see fits

	under []byte // what the locations of all resources begin with, in JSON; nil if location is known
	same  sameGroups
}

// sameGroups are the groups of the resource before, as they are in the buffer: on most pages many resources
// have the same ones, which are then copied.
type sameGroups struct {
	list []GroupRef
	span
}

// edges are the memberships that a batch shows; members by resource id.
type edges struct {
	groups  memberships
	members map[string][]scim.Member
}

// single is the answer of an operation on one resource, with the lists of one that its batch points to: one
// allocation, for this is the hottest path. The batch itself stays on the stack.
type single struct {
	scim.Result
	list [1]*scim.Resource
	ids  [1]string
}

// result renders one resource as the answer of an operation.
func (p *Provider) result(ctx context.Context, at scim.Target, r *scim.Resource, v *view, groups groupSource) (*scim.Result, error) {
	one := p.singleOf(at, r)
	if v.none {
		return &one.Result, nil
	}
	b := one.batch(at, v)
	b.groups = groups
	e, err := p.edgesOf(ctx, &b)
	if err != nil {
		return nil, err
	}
	return p.complete(one, &b, e)
}

func (p *core) singleOf(at scim.Target, r *scim.Resource) *single {
	one := &single{list: [1]*scim.Resource{r}, ids: [1]string{r.ID}}
	one.ID, one.Version, one.Location = r.ID, r.Version, p.location(at.Of(r.ID))
	return one
}

func (one *single) batch(at scim.Target, v *view) batch {
	return batch{Target: at.Of(one.ID), list: one.list[:], ids: one.ids[:], view: *v, location: one.Location}
}

// complete renders the resource with its edges, without its members if the answer would be too long.
func (p *core) complete(one *single, b *batch, e edges) (*scim.Result, error) {
	r := b.list[0]
	document, err := b.document(r)
	if err != nil {
		return nil, err
	}
	one.Version = r.Version
	leaf := leafOf(len(document) + p.sizeOf(b, one.ID, e))
	var body body
	body.json, body.members = p.append(leaf.out, b, r, document, e)
	if limit := p.maxAnswer(b.Tenant); limit > 0 && len(body.json) > limit && body.members.size() > 0 {
		if b.view.whole {
			return nil, tooManyMembers(b.Type, b.ID)
		}
		body.cut()
		b.leftOut(one.ids[:], tooLong)
	}
	leaf.out = body.json
	one.Body, one.Notes = body.json, b.notes
	one.OnRelease(leaf.keep)
	return &one.Result, nil
}

// edgeSource knows the memberships that a batch shows.
type edgeSource interface {
	edgesOf(ctx context.Context, b *batch) (edges, error)
}

// renderAll renders a batch onto a sheet.
func (p *core) renderAll(ctx context.Context, b *batch, src edgeSource, to *sheet) error {
	b.ids = make([]string, len(b.list))
	for i, r := range b.list {
		b.ids[i] = r.ID
	}
	e, err := src.edgesOf(ctx, b)
	if err != nil {
		return err
	}
	var room urlRoom
	b.under = p.under(room[:0], b.Tenant, b.Type.Endpoint)
	to.grow(p.sizeOfAll(b, e))
	for i, r := range b.list {
		if i%64 == 63 && ctx.Err() != nil {
			return ctx.Err()
		}
		document, err := b.document(r)
		if err != nil {
			return err
		}
		from := to.begin()
		var members span
		to.out, members = p.append(to.out, b, r, document, e)
		to.end(from, members)
	}
	return nil
}

// edgesOf implements edgeSource over the store.
func (p *Provider) edgesOf(ctx context.Context, b *batch) (e edges, err error) {
	if b.view.err != nil {
		return e, b.view.err
	}
	if b.view.withGroups && len(b.ids) > 0 {
		if b.groups != nil {
			e.groups, err = b.groups(ctx)
		} else {
			e.groups, err = p.groupsOf(ctx, b.Tenant, b.ids)
		}
		if err != nil {
			return e, err
		}
		if e.groups.deep {
			b.notes = tooDeep(b.notes, b.Tenant)
		}
	}
	if b.view.withMembers {
		e.members, err = p.shownMembers(ctx, b)
	}
	return e, err
}

// document is the part of a representation that is stored: as it is, or decoded and pruned.
func (b *batch) document(r *scim.Resource) ([]byte, error) {
	switch {
	case b.view.splice && b.fits(r.Document):
		return r.Document, nil
	case b.view.bare:
		return schema.AppendValue(nil, map[string]any{"schemas": []any{b.Type.Schema.ID}}), nil
	}
	doc, err := decode(r)
	if err != nil {
		return nil, err
	}
	b.view.prune(b.Type, doc)
	return b.Type.AppendDocument(nil, doc), nil
}

// append appends the representation of one resource: its document, and what is not part of it, which is id,
// groups, members and meta. It returns where in the representation the members are.
func (p *core) append(dst []byte, b *batch, r *scim.Resource, document []byte, e edges) (out []byte, at span) {
	start := len(dst)
	dst = append(dst, `{"id":`...)
	dst = schema.AppendString(dst, r.ID)
	dst = append(dst, ',')
	dst = append(dst, document[1:len(document)-1]...)
	dst = p.appendGroups(dst, b, e.groups.groups(r.ID))
	if members, shown := e.members[r.ID]; shown {
		at.from = len(dst) - start
		dst = p.appendMembers(dst, b, members)
		at.to = len(dst) - start
	}
	if b.view.withMeta {
		dst = p.appendMeta(dst, b, r)
	}
	return append(dst, '}'), at
}

// appendGroups renders User.groups (RFC 7643 §4.1.2).
func (p *core) appendGroups(dst []byte, b *batch, groups []GroupRef) []byte {
	if len(groups) == 0 {
		return dst
	}
	if same := &b.same; slices.Equal(same.list, groups) {
		return append(dst, dst[same.from:same.to]...)
	}
	b.same = sameGroups{list: groups, span: span{from: len(dst)}}
	keep, named := b.view.keeps("groups"), b.view.reader.Sees(schema.TypeGroup)
	var room urlRoom
	under := p.under(room[:0], b.Tenant, "/Groups")
	dst = append(dst, `,"groups":[`...)
	for i, g := range groups {
		if i > 0 {
			dst = append(dst, ',')
		}
		e := edge{id: g.ID, under: under, typ: g.kind()}
		if named {
			e.display = g.Display
		}
		dst = appendEdge(dst, keep, e)
	}
	dst = append(dst, ']')
	b.same.to = len(dst)
	return dst
}

// appendMembers renders Group.members (RFC 7643 §4.2). A group without any says so: clients read an
// absent list as one that they do not know.
func (p *core) appendMembers(dst []byte, b *batch, members []scim.Member) []byte {
	keep := b.view.keeps("members")
	dst = append(dst, `,"members":[`...)
	var room urlRoom
	var under []byte
	var typ string // that under is of; most groups have members of one
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		if i == 0 || m.Type != typ {
			typ, under = m.Type, nil
			if rt := b.Tenant.Types.ByName(typ); rt != nil {
				under = p.under(room[:0], b.Tenant, rt.Endpoint)
			}
		}
		e := edge{id: m.ID, under: under, typ: m.Type}
		if b.view.reader.Sees(m.Type) {
			e.display = m.Display
		}
		dst = appendEdge(dst, keep, e)
	}
	return append(dst, ']')
}

// edge is one element of groups or members. Without under, which its URL begins with, it has no $ref.
type edge struct {
	id, typ, display string
	under            []byte
}

func appendEdge(dst []byte, keep kept, e edge) []byte {
	dst = append(dst, '{')
	if e.id != "" && keep.has("value") {
		dst = schema.AppendString(appendName(dst, "value"), e.id)
	}
	if len(e.under) > 0 && keep.has("$ref") {
		dst = appendURL(appendName(dst, "$ref"), e.under, e.id)
	}
	if e.typ != "" && keep.has("type") {
		dst = schema.AppendString(appendName(dst, "type"), e.typ)
	}
	if e.display != "" && keep.has("display") {
		dst = schema.AppendString(appendName(dst, "display"), e.display)
	}
	return append(dst, '}')
}

// appendName begins a member of an object that has begun.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(append(dst, '"'), name...)
	return append(dst, `":`...)
}

// appendURL renders the URL of a resource, of which under is the beginning. An id that is escaped for a path has
// nothing to escape in JSON.
func appendURL(dst, under []byte, id string) []byte {
	dst = append(append(dst, '"'), under...)
	return append(append(dst, url.PathEscape(id)...), '"')
}

// appendMeta renders meta (RFC 7643 §3.1), of which a projection may want a part.
func (p *core) appendMeta(dst []byte, b *batch, r *scim.Resource) []byte {
	keep := b.view.keeps("meta")
	dst = append(dst, `,"meta":{`...)
	if keep.has("resourceType") {
		dst = schema.AppendString(appendName(dst, "resourceType"), b.Type.Name)
	}
	var created span
	if keep.has("created") {
		dst = appendName(dst, "created")
		created.from = len(dst)
		dst = appendTime(dst, r.Created)
		created.to = len(dst)
	}
	if keep.has("lastModified") {
		dst = appendName(dst, "lastModified")
		if created.size() > 0 && r.LastModified.Equal(r.Created) { // as of most resources of a page
			dst = append(dst, dst[created.from:created.to]...)
		} else {
			dst = appendTime(dst, r.LastModified)
		}
	}
	if keep.has("location") {
		dst = appendName(dst, "location")
		if b.location != "" {
			dst = schema.AppendString(dst, b.location)
		} else {
			dst = appendURL(dst, b.under, r.ID)
		}
	}
	if r.Version > 0 && keep.has("version") {
		dst = append(appendName(dst, "version"), `"W/\"`...)
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
