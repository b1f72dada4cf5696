package scimstack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// unsteady is a store of an application that keeps what it gets, loses races that were none, and fails after it has
// taken a change.
type unsteady struct {
	*memory.Store
	pure func(name, what string, text []byte)
	mu   sync.Mutex
	kept []keptChange
}

type keptChange struct {
	name   string
	change scim.Change
}

var errUnsteady = errors.New("the store failed, and has taken the change")

func (s *unsteady) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.mu.Lock()
	if len(s.kept) > 1000 {
		s.kept = s.kept[500:]
	}
	s.kept = append(s.kept, keptChange{t.String(), c})
	s.mu.Unlock()
	switch rand.IntN(12) {
	case 0:
		if c.If > 0 {
			return nil, scim.ErrVersion
		}
	case 1:
		if _, err := s.Store.Commit(ctx, t, c); err != nil {
			return nil, err
		}
		return nil, errUnsteady
	case 2:
		panic("the store panics")
	}
	return s.Store.Commit(ctx, t, c)
}

// look checks the changes that the store has kept.
func (s *unsteady) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kept {
		text := fmt.Sprint(k.change.Keys, k.change.Display, k.change.AddMembers, k.change.RemoveMembers, k.change.Actor)
		for _, r := range []*scim.Resource{k.change.Prior, k.change.Put} {
			if r != nil {
				text += r.ExternalID + string(r.Document) + string(r.Hidden)
			}
		}
		s.pure(k.name, "a change", []byte(text))
	}
}

// before panics, refuses, edits, and changes another resource, of another tenant too.
func (a *apart) before(ctx context.Context, e *scim.Event) error {
	name := e.Tenant.ID.String()
	if scim.CallerFrom(ctx).Tenant != e.Tenant.ID || e.After == nil || e.Cause != nil {
		return nil // a call of this hook, or nothing to change
	}
	switch rand.IntN(10) {
	case 0:
		panic("the hook panics")
	case 1:
		return scim.Refuse(http.StatusConflict, "", "no, mark-"+name)
	case 2:
		return e.Edit(func(attributes map[string]any) {
			if e.Type.IsUser() {
				attributes["nickName"] = "edited, mark-" + name
			}
		})
	case 3, 4:
		for other, tn := range a.tenants { // any one
			at := scim.Target{Tenant: tn, Type: tn.Types.ByName(schema.TypeUser)}
			found, err := a.service.Provider().Search(ctx, tn, scim.Query{Types: []*schema.ResourceType{at.Type}, HasCount: true, Count: 2, StartIndex: 1})
			if err == nil && len(found.Resources) > 0 {
				a.nest(ctx, e, at, other, found)
			}
			return nil
		}
	}
	return nil
}

// nest changes a user of a page, with the context of the hook.
func (a *apart) nest(ctx context.Context, e *scim.Event, at scim.Target, tenant string, found *scim.Found) {
	defer func() { _ = recover() }() // of the store
	a.pure(tenant, "a page for a hook", bytes.Join(found.Resources, nil))
	doc, err := schema.DecodeJSON(found.Resources[0], 20)
	if err != nil {
		a.t.Errorf("%v: %s", err, found.Resources[0])
		return
	}
	id, _ := doc["id"].(string)
	if id == e.ID() {
		return
	}
	patch := map[string]any{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
		map[string]any{"op": "replace", "path": "name.familyName", "value": "nested, mark-" + tenant}}}
	if res, err := a.service.Provider().Patch(ctx, at.Of(id), patch, scim.Match{}, scim.Projection{}); err == nil {
		a.pure(tenant, "a PATCH of a hook", res.Body)
		if rand.IntN(2) == 0 {
			res.Release()
			res.Release()
		}
	}
}

// after keeps all it can, and reads it later.
func (a *apart) after(ctx context.Context, e *scim.Event) {
	ctx = context.WithoutCancel(ctx)
	own := scim.CallerFrom(ctx).Tenant == e.Tenant.ID
	a.late.Go(func() {
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		text := fmt.Sprint(e.Joined, e.Left, scim.CallerFrom(ctx).Tenant.String())
		for _, r := range []*scim.Resource{e.Before, e.After} {
			if r != nil {
				text += r.ExternalID + string(r.Document) + string(r.Hidden)
			}
		}
		a.pure(e.Tenant.ID.String(), "an event", []byte(text))
		if own && scim.CallerFrom(ctx).RequestID == "" {
			a.t.Error("the caller is gone")
		}
	})
}

// observe reads the record later, too. The faults that are meant are the only ones.
func (a *apart) observe(_ *http.Request, rec *scim.Record) {
	if text := fmt.Sprint(rec.Err); rec.Status == http.StatusInternalServerError && !meant.MatchString(text) {
		a.t.Errorf("a fault: %.2000s", text)
	}
	a.late.Go(func() {
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		a.pure(rec.Tenant.String(), "a record", fmt.Append(nil, rec.Notes, rec.ResourceID, rec.Err, rec.Attribute))
	})
}
