package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Row is one resource of a Provider of one's own. The methods of Rules read rows and never change them.
type Row struct {
	ID                    string
	Version               int64 // from 1, one more with every change
	Created, LastModified time.Time
	// Attributes are the resource without id, meta, members and groups, in the names of the schema and
	// with the values of encoding/json, numbers as json.Number. A Draft has them so.
	Attributes map[string]any
	Members    []scim.Member // of a group
	Groups     []GroupRef    // of a member
}

// of returns an error unless the row is that of the target, if this has an id. The zero row, as of a map, and one that a database has found
// in another case, are no resource of this id (RFC 7643 §3.1).
func (r *Row) of(at scim.Target) error {
	switch {
	case r.ID == at.ID && r.ID != "":
		return nil
	case r.ID == "" || strings.EqualFold(r.ID, at.ID):
		return scim.ErrNotFound
	case at.ID == "":
		return nil
	}
	return fmt.Errorf("the row of %s %q has the id %q", at.Type.Name, at.ID, r.ID)
}

// Name is the name under which groups show the resource: displayName, or userName.
func (r Row) Name() string { return content{doc: r.Attributes}.name() }

// HasMember reports whether a resource is a direct member of the group that the row is.
func (r Row) HasMember(id string) bool {
	return slices.ContainsFunc(r.Members, func(m scim.Member) bool { return m.ID == id })
}

// document is the row's own copy of its attributes, of which change may be made.
func (r *Row) document(rt *schema.ResourceType) map[string]any {
	doc := maps.Clone(r.Attributes)
	if doc == nil {
		doc = map[string]any{}
	}
	rt.FixSchemas(doc)
	return doc
}

// resource is a row without its document.
func (r *Row) resource(rt *schema.ResourceType) *scim.Resource {
	return &scim.Resource{Type: rt.Name, ID: r.ID, Version: r.Version, Created: r.Created, LastModified: r.LastModified}
}

// fill completes a resource that is to be rendered.
func (r *Row) fill(rt *schema.ResourceType, res *scim.Resource) {
	doc := r.document(rt)
	res.ExternalID, _ = doc["externalId"].(string)
	res.Document, res.Hidden = encode(rt, content{doc: doc})
}

// rowEdges is the edgeSource of rows.
type rowEdges map[scim.Ref]*Row

func (rows rowEdges) edgesOf(_ context.Context, b *batch) (edges, error) { return rows.shown(b) }

func (rows rowEdges) shown(b *batch) (e edges, err error) {
	if b.view.err != nil {
		return e, b.view.err
	}
	if b.view.withGroups {
		e.groups.of = make(map[string][]GroupRef, len(b.ids))
		for _, id := range b.ids {
			e.groups.of[id] = rows[b.Of(id).Ref()].Groups
		}
	}
	if b.view.withMembers {
		lists := make(map[string]scim.MemberList, len(b.ids))
		for _, id := range b.ids {
			m := rows[b.Of(id).Ref()].Members
			lists[id] = scim.MemberList{Members: m, Total: len(m), More: len(m) > b.Tenant.Limits.MaxMembers}
		}
		e.members, err = b.shown(lists)
	}
	return e, err
}
