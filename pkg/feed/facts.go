package feed

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Facts are the facts of an entry of a tenant with these resource types, in the order of their numbers.
// User is left out of those of memberships, see Source.
func Facts(t scim.TenantID, types *scim.Types, e *scim.Entry) ([]Fact, error) {
	m := maker{tenant: t, entry: e, rt: types.ByName(e.Type), seq: e.First}
	var err error
	if m.doc, err = shown(m.rt, e.Resource()); err != nil {
		return nil, err
	}
	out := make([]Fact, 0, e.Last-e.First+1)
	var own Fact
	if e.Own {
		if own, err = m.own(); err != nil {
			return nil, err
		}
	}
	if e.Own && e.After != nil {
		out = append(out, m.number(own))
	}
	for _, member := range e.Left {
		out = append(out, m.number(m.membership(MembershipRemoved, member)))
	}
	for _, member := range e.Joined {
		out = append(out, m.number(m.membership(MembershipAdded, member)))
	}
	if e.Own && e.After == nil {
		out = append(out, m.number(own))
	}
	return out, nil
}

// maker makes the facts of one entry.
type maker struct {
	tenant scim.TenantID
	entry  *scim.Entry
	rt     *schema.ResourceType // nil if the tenant no longer has the type
	doc    map[string]any       // of the resource
	seq    int64                // the next number
}

func (m *maker) number(f Fact) Fact {
	f.Seq, f.ID = m.seq, idOf(m.tenant, m.seq)
	m.seq++
	return f
}

// fact is what all facts of the entry have.
func (m *maker) fact(typ string) Fact {
	e, r := m.entry, m.entry.Resource()
	f := Fact{
		Type: typ, Version: Version, Tenant: m.tenant.String(), Time: e.Time.UTC(), Actor: e.Actor, RequestID: e.Actor.RequestID,
		Resource: Resource{Type: e.Type, ID: e.ID, ExternalID: r.ExternalID, Version: r.Version},
	}
	if e.After == nil {
		f.Resource.Version++
	}
	if e.Cause.ID != "" {
		f.Cause = &Cause{e.Cause.Type, e.Cause.ID}
	}
	if m.rt != nil {
		f.Resource.Endpoint = m.rt.Endpoint
	}
	if m.rt != nil && m.rt.HasMembers() {
		f.Group = groupOf(r, m.doc)
	}
	return f
}

func (m *maker) membership(typ string, member scim.Member) Fact {
	f := m.fact(typ)
	f.Member = &Member{Type: member.Type, ID: member.ID, Display: member.Display}
	return f
}

// own is the fact of the resource itself.
func (m *maker) own() (Fact, error) {
	e := m.entry
	f := m.fact("")
	switch {
	case e.Before == nil:
		f.Type = m.typed("created")
	case e.After == nil:
		f.Type = m.typed("deleted")
	default:
		old, err := shown(m.rt, e.Before)
		if err != nil {
			return f, err
		}
		f.Type = m.typed(m.change(old))
		if m.rt != nil {
			f.Changed, f.Before, f.After = difference(flat(m.rt, old), flat(m.rt, m.doc))
		}
	}
	if m.rt == nil {
		return f, nil
	}
	if m.rt.IsUser() {
		f.User = userOf(e.Resource(), m.doc)
		f.User.Groups = e.Groups
		f.User.Active = f.User.Active && e.After != nil
	}
	f.SCIM = document(e.Resource(), m.doc)
	return f, nil
}

// typed is the type of a fact with a verb.
func (m *maker) typed(verb string) string { return strings.ToLower(m.entry.Type) + "." + verb }

// change is the verb of a change.
func (m *maker) change(old map[string]any) string {
	switch {
	case m.rt == nil:
	case m.rt.IsUser() && old["active"] != false && m.doc["active"] == false:
		return "deactivated"
	case m.rt.IsUser() && old["active"] == false && m.doc["active"] != false:
		return "reactivated"
	case m.rt.HasMembers() && old["displayName"] != m.doc["displayName"]:
		return "renamed"
	}
	return "updated"
}

// document is the resource as SCIM shows it.
func document(r *scim.Resource, doc map[string]any) json.RawMessage {
	doc["id"] = r.ID
	doc["meta"] = map[string]any{
		"resourceType": r.Type, "version": scim.ETag(r.Version),
		"created": wire(r.Created), "lastModified": wire(r.LastModified),
	}
	out := schema.AppendValue(nil, doc)
	delete(doc, "id")
	delete(doc, "meta")
	return out
}

// wire is the form of a time in SCIM.
func wire(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
