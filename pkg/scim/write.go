package scim

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// maxTries bounds how often a write that lost a race is read and applied again.
const maxTries = 12

// Create implements Provider.
func (p *StandardProvider) Create(ctx context.Context, t *Tenant, rt *schema.ResourceType, body map[string]any, pr Projection) (*Result, error) {
	return p.create(ctx, t, rt, p.o.NewID(), body, pr)
}

// create is Create under a given id (Bulk hands out ids before it writes).
func (p *StandardProvider) create(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, body map[string]any, pr Projection) (*Result, error) {
	doc, notes, err := rt.Canonical(body, schema.Mode{Strict: t.Strict})
	if err != nil {
		return nil, err
	}
	members := takeMembers(doc)
	setDefaults(rt, doc, body)
	if err := p.seal(t, rt, doc); err != nil {
		return nil, err
	}
	if err := rt.CheckRequired(doc); err != nil {
		return nil, err
	}
	delta, more, err := p.resolveMembers(ctx, t, id, members, nil, nil)
	if err != nil {
		return nil, err
	}
	notes = append(notes, more...)
	now := p.now()
	r := &Resource{Type: rt.Name, ID: id, Created: now, LastModified: now}
	r.ExternalID, _ = doc["externalId"].(string)
	r.Document, r.Hidden = encode(rt, doc)
	stored, err := p.commit(ctx, t, Change{
		Type: rt.Name, ID: id, If: IfAbsent, Now: now, Put: r,
		Keys: p.indexKeys(t, rt, doc), AddMembers: delta,
	})
	if err != nil {
		return nil, err
	}
	pr.ahead = noGroups // nobody could know its id
	return p.result(ctx, t, rt, stored, pr, p.asked(rt, body), true, notes)
}

// setDefaults gives a new resource the defaults the client was not explicit about (C-05).
func setDefaults(rt *schema.ResourceType, doc, body map[string]any) {
	if rt.Schema.ID != schema.URNUser || rt.Schema.Attribute("active") == nil {
		return
	}
	if _, ok := doc["active"]; ok {
		return
	}
	for k := range body {
		if schema.Fold(k) == "active" {
			return
		}
	}
	doc["active"] = true
}

// seal hashes a password that a client has written. Without a hash function, or where the
// tenant has switched the attribute off, the value is dropped.
func (p *StandardProvider) seal(t *Tenant, rt *schema.ResourceType, doc map[string]any) error {
	if rt.Schema.ID != schema.URNUser {
		return nil
	}
	pw, ok := doc["password"].(string)
	if !ok {
		return nil
	}
	if p.o.Hash == nil || t.NoPassword {
		delete(doc, "password")
		return nil
	}
	hash, err := p.o.Hash(pw)
	if err != nil {
		return err
	}
	doc["password"] = hash
	return nil
}

// asked collects the top-level names a client wrote, for "returned: request".
func (p *StandardProvider) asked(rt *schema.ResourceType, body map[string]any) []string {
	if f := p.factsOf(rt); !f.onRequest && f.plain {
		return nil
	}
	names := make([]string, 0, len(body))
	for k := range body {
		names = append(names, k)
	}
	return names
}

// Replace implements Provider.
func (p *StandardProvider) Replace(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, body map[string]any, m Match, pr Projection) (*Result, error) {
	return p.modify(ctx, t, rt, id, m, pr, p.asked(rt, body), func(_ *Resource, doc map[string]any) (*edit, error) {
		next, notes, err := rt.Canonical(body, schema.Mode{Strict: t.Strict})
		if err != nil {
			return nil, err
		}
		members := takeMembers(next)
		sent := next["password"]
		if err := keepOnReplace(t, rt, doc, next); err != nil {
			return nil, err
		}
		if err := rt.CheckRequired(next); err != nil {
			return nil, err
		}
		rt.FixSchemas(next)
		e := &edit{doc: next, changed: !schema.Equal(next, doc), newPassword: sent != nil, notes: notes}
		if rt.Schema.Attribute("members") != nil {
			e.members = patch.Members{Clear: true, Add: members}
		}
		return e, nil
	})
}

// keepOnReplace carries over what PUT must not lose when the body omits it: active,
// password, externalId (tolerant) and immutable values (U-04, A-28, A-51).
func keepOnReplace(t *Tenant, rt *schema.ResourceType, old, next map[string]any) error {
	for _, name := range []string{"active", "password", "externalId"} {
		if name == "externalId" && t.Strict {
			continue
		}
		if _, ok := next[name]; !ok && old[name] != nil {
			next[name] = old[name]
		}
	}
	if err := keepImmutable(rt.Schema.Attributes, old, next, ""); err != nil {
		return err
	}
	for _, e := range rt.Extensions {
		was, _ := old[e.Schema.ID].(map[string]any)
		is, _ := next[e.Schema.ID].(map[string]any)
		if was == nil {
			continue
		}
		if is == nil {
			is = map[string]any{}
		}
		if err := keepImmutable(e.Schema.Attributes, was, is, e.Schema.ID+":"); err != nil {
			return err
		}
		if len(is) > 0 {
			next[e.Schema.ID] = is
		}
	}
	return nil
}

func keepImmutable(attrs []*schema.Attribute, old, next map[string]any, prefix string) error {
	for _, a := range attrs {
		was, ok := old[a.Name]
		if !ok {
			continue
		}
		is, given := next[a.Name]
		if a.Mutability == schema.Immutable {
			if given && !schema.Equal(was, is) {
				return errorf(CodeMutability, "%s%s is immutable and already has another value", prefix, a.Name)
			}
			next[a.Name] = was
			continue
		}
		if a.Type != schema.Complex || a.MultiValued || !given {
			continue
		}
		wasMap, _ := was.(map[string]any)
		isMap, _ := is.(map[string]any)
		if wasMap == nil || isMap == nil {
			continue
		}
		if err := keepImmutable(a.SubAttributes, wasMap, isMap, prefix+a.Name+"."); err != nil {
			return err
		}
	}
	return nil
}

// Patch implements Provider.
func (p *StandardProvider) Patch(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, body map[string]any, m Match, pr Projection) (*Result, error) {
	o := patch.Options{Strict: t.Strict, EntraMembers: t.EntraMembers, MaxOps: t.Limits.orDefault().MaxPatchOps}
	req, parseErr := patch.Parse(rt, body, o)
	known := p.readAhead(ctx, t, req)
	return p.modify(ctx, t, rt, id, m, pr, nil, func(_ *Resource, doc map[string]any) (*edit, error) {
		if parseErr != nil {
			return nil, parseErr
		}
		before := doc["password"]
		res, err := req.Apply(doc)
		if err != nil {
			return nil, err
		}
		after := res.Doc["password"]
		return &edit{doc: res.Doc, changed: res.Changed, newPassword: after != nil && after != before,
			members: res.Members, notes: res.Notes, asked: res.Requested, known: known}, nil
	})
}

// edit is what a PUT or PATCH wants of a resource.
type edit struct {
	doc         map[string]any
	changed     bool
	newPassword bool // doc["password"] is what the client sent, not a hash
	members     patch.Members
	notes       []string
	asked       []string
	known       func() []*Resource // members that were read ahead
}

// modify is read, apply, commit once; again when a race without If-Match was lost (design §5.5).
func (p *StandardProvider) modify(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, m Match, pr Projection, wrote []string, apply func(*Resource, map[string]any) (*edit, error)) (*Result, error) {
	pr.ahead = p.groupsAhead(ctx, t, rt, pr, id)
	for try := range maxTries {
		res, err := p.modifyOnce(ctx, t, rt, id, m, pr, wrote, apply)
		if !errors.Is(err, ErrVersion) || m.Present {
			return res, err
		}
		if err := sleep(ctx, try); err != nil {
			return nil, err
		}
	}
	return nil, &BusyError{RetryAfter: time.Second, Cause: ErrVersion}
}

// sleep waits a little longer after each lost race; the first repeat is immediate.
func sleep(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(rand.N(time.Millisecond << min(try, 6)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (p *StandardProvider) modifyOnce(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, m Match, pr Projection, wrote []string, apply func(*Resource, map[string]any) (*edit, error)) (*Result, error) {
	cur, err := p.store.Get(ctx, t.ID, rt.Name, id)
	if err != nil {
		return nil, err
	}
	if err := m.check(cur.Version); err != nil {
		return nil, err
	}
	doc, err := decode(cur)
	if err != nil {
		return nil, err
	}
	e, err := apply(cur, doc)
	if err != nil {
		return nil, err
	}
	if e.asked != nil {
		wrote = e.asked
	}
	var known []*Resource
	if e.known != nil {
		known = e.known()
	}
	delta, notes, err := p.memberDelta(ctx, t, rt, id, e.members, known)
	if err != nil {
		return nil, err
	}
	notes = append(e.notes, notes...)
	if !e.changed && delta.empty() {
		return p.result(ctx, t, rt, cur, pr, wrote, false, notes)
	}
	c := Change{Type: rt.Name, ID: id, If: cur.Version, Now: p.now(), Prior: cur,
		AddMembers: delta.add, RemoveMembers: delta.remove, ClearMembers: delta.clear}
	if !c.Now.After(cur.LastModified) {
		c.Now = cur.LastModified.Add(time.Millisecond) // a change moves lastModified
	}
	if e.changed {
		if e.newPassword {
			e.doc = maps.Clone(e.doc)
			if err := p.seal(t, rt, e.doc); err != nil {
				return nil, err
			}
		}
		next := &Resource{Type: rt.Name, ID: id, Created: cur.Created, LastModified: c.Now}
		next.ExternalID, _ = e.doc["externalId"].(string)
		next.Document, next.Hidden = encode(rt, e.doc)
		c.Put, c.Keys = next, p.indexKeys(t, rt, e.doc)
	} else if !m.Present && delta.blind {
		c.If = IfAny // a delta of edges commutes with every other change of the group
	}
	stored, err := p.commit(ctx, t, c)
	if err != nil {
		return nil, err
	}
	return p.result(ctx, t, rt, stored, pr, wrote, stored.Version != cur.Version, notes)
}

// Delete implements Provider.
func (p *StandardProvider) Delete(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, m Match) error {
	reports := p.reportsAhead(ctx, t, rt, id)
	for try := range maxTries {
		cur, err := p.store.Get(ctx, t.ID, rt.Name, id)
		if err != nil {
			return err
		}
		if err := m.check(cur.Version); err != nil {
			return err
		}
		_, err = p.commit(ctx, t, Change{Type: rt.Name, ID: id, If: cur.Version, Now: p.now(), Prior: cur, Remove: true})
		if errors.Is(err, ErrVersion) && !m.Present {
			if err := sleep(ctx, try); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		return p.dropManager(ctx, t, rt, id, reports)
	}
	return &BusyError{RetryAfter: time.Second, Cause: ErrVersion}
}

// dropManager clears the manager of those who reported to a deleted user.
func (p *StandardProvider) dropManager(ctx context.Context, t *Tenant, rt *schema.ResourceType, id string, reports func() (List, error)) error {
	if rt.Schema.ID != schema.URNUser {
		return nil
	}
	body := map[string]any{
		"schemas":    []any{patchOpURN},
		"Operations": []any{map[string]any{"op": "remove", "path": schema.URNEnterpriseUser + ":manager"}},
	}
	for {
		list, err := reports()
		if err != nil || len(list.Resources) == 0 {
			return err
		}
		reports = func() (List, error) { return p.reports(ctx, t, rt, id) }
		for _, r := range list.Resources {
			_, err := p.Patch(ctx, t, rt, r.ID, body, Match{}, Projection{None: true})
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
	}
}

const patchOpURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	for _, f := range []struct{ have, want *int }{
		{&l.MaxBody, &d.MaxBody}, {&l.MaxDepth, &d.MaxDepth}, {&l.MaxResults, &d.MaxResults},
		{&l.DefaultResults, &d.DefaultResults}, {&l.MaxScan, &d.MaxScan}, {&l.MaxOperations, &d.MaxOperations},
		{&l.MaxPatchOps, &d.MaxPatchOps}, {&l.MaxMembers, &d.MaxMembers}, {&l.CursorSeconds, &d.CursorSeconds},
	} {
		if *f.have <= 0 {
			*f.have = *f.want
		}
	}
	return l
}
