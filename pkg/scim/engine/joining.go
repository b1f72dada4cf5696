package engine

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// joining are references to resources that are to become members of the target.
type joining struct {
	scim.Target
	want  []patch.Member
	have  map[string]scim.Member // members already
	known []*scim.Resource       // resources that have been read already
}

// Find returns those resources of one type that exist among the ids, each once, as members: with the
// name under which a group shows them.
type Find func(ctx context.Context, typ string, ids []string) ([]scim.Member, error)

// finder is how resolve looks up resources.
type finder interface {
	find(ctx context.Context, j *joining, typ string, ids []string) ([]scim.Member, error)
}

// find implements finder over the store.
func (p *Provider) find(ctx context.Context, j *joining, typ string, ids []string) ([]scim.Member, error) {
	found, rest := ofType(j.known, typ, ids)
	if f, ok := p.store.(scim.MemberFinder); ok && len(rest) >= manyMembers {
		out, err := f.FindMembers(ctx, j.Tenant.ID, j.Ref(), typ, rest)
		return append(out, asMembers(typ, found)...), err
	}
	more, err := p.getMany(ctx, j.Tenant, typ, rest)
	if err != nil {
		return nil, err
	}
	return asMembers(typ, append(found, more...)), nil
}

// manyMembers is how many new members are looked up by a scim.MemberFinder.
const manyMembers = 1000

// fewMembers are looked up in a map that takes no memory.
const fewMembers = 8

func asMembers(typ string, list []*scim.Resource) []scim.Member {
	out := make([]scim.Member, 0, len(list))
	for _, r := range list {
		out = append(out, scim.Member{ID: r.ID, Type: typ, Display: displayOf(r)})
	}
	return out
}

// resolve looks up the references that are no members yet: each must be a resource of this
// tenant (L-01), agree with a type and $ref that are given (L-03) and not be the group itself
// (L-05). A tolerant tenant leaves unknown ones out, and takes type and $ref as hints; it notes both.
func (j joining) resolve(ctx context.Context, f finder) ([]scim.Member, []string, error) {
	if len(j.want) == 0 {
		return nil, nil, nil // before anything is allocated
	}
	return j.lookUp(ctx, f)
}

func (j joining) lookUp(ctx context.Context, f finder) ([]scim.Member, []string, error) {
	missing := map[string]patch.Member{}
	if len(j.want) > fewMembers {
		missing = make(map[string]patch.Member, len(j.want))
	}
	ids, err := j.missing(missing)
	if err != nil {
		return nil, nil, err
	}
	var out []scim.Member
	var notes []string
	for _, rt := range j.Tenant.Types.List {
		if len(missing) == 0 {
			break
		}
		found, err := f.find(ctx, &j, rt.Name, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range found {
			m, ok := missing[r.ID]
			if !ok {
				continue
			}
			if err := agrees(m, rt, r.ID, j.Tenant.Strict); err != nil {
				if j.Tenant.Strict {
					return nil, nil, err
				}
				notes = schema.Note(notes, "%s; that was ignored", err.Detail)
			}
			delete(missing, r.ID)
			out = append(out, scim.Member{ID: r.ID, Type: rt.Name, Display: r.Display})
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { _, left := missing[id]; return !left })
	}
	if len(missing) == 0 {
		return out, notes, nil
	}
	if j.Tenant.Strict {
		return nil, nil, scim.NewError(scim.CodeMemberUnknown, "member %s does not exist; create it first", ids[0])
	}
	for _, id := range ids {
		notes = schema.Note(notes, "member %s is unknown and was left out", id)
	}
	return out, notes, nil
}

// missing fills in the references to look up by id, and returns their ids in their order.
func (j *joining) missing(missing map[string]patch.Member) (ids []string, err error) {
	for _, m := range j.want {
		if m.ID == j.ID {
			return nil, scim.NewError(scim.CodeMemberSelf, "a group cannot be a member of itself")
		}
		_, seen := missing[m.ID]
		if _, member := j.have[m.ID]; seen || member || m.ID == "" {
			continue
		}
		missing[m.ID] = m
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// agrees compares the type and $ref of a reference with the resource that it names. Clients write
// other things there ("value", "direct", an address with a query), so only strict tenants insist.
func agrees(m patch.Member, rt *schema.ResourceType, id string, strict bool) *scim.Error {
	named := schema.RefID
	if strict {
		named = lastSegment
	}
	if m.Type != "" && schema.Fold(m.Type) != schema.Fold(rt.Name) {
		return scim.NewError(scim.CodeMemberType, "member %s is a %s, not what its type says", id, rt.Name)
	}
	if m.Ref != "" && named(m.Ref) != id {
		return scim.NewError(scim.CodeMemberType, "the $ref of member %s names another resource", id)
	}
	return nil
}

// ofType picks the resources of a type that have been read already, and the ids left to read.
func ofType(known []*scim.Resource, typ string, ids []string) (found []*scim.Resource, rest []string) {
	if len(known) == 0 {
		return nil, ids
	}
	byID := make(map[string]*scim.Resource, len(known))
	for _, r := range known {
		if r.Type == typ {
			byID[r.ID] = r
		}
	}
	for _, id := range ids {
		if r := byID[id]; r != nil {
			found = append(found, r)
		} else {
			rest = append(rest, id)
		}
	}
	return found, rest
}

// displayOf is the display name of a resource: displayName, or userName if that has no value. A strict
// tenant keeps an empty string, which is no value (RFC 7644 §3.4.2.2, pr).
func displayOf(r *scim.Resource) string {
	for _, name := range [...]string{"displayName", "userName"} {
		for _, part := range [...][]byte{r.Document, r.Hidden} {
			if s, _ := schema.StoredText(part, name); s != "" {
				return s
			}
		}
	}
	return ""
}
