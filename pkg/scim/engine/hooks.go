package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// errLoser is the fault of a hook that changes a group that only loses a deleted member.
var errLoser = errors.New("the resource of an event with a Cause cannot be changed")

// errShared is the fault of a hook that writes into the resources of an event, instead of asking Edit.
var errShared = errors.New("the resources of an event are not changed; call Event.Edit")

// decide calls a Before hook. A *scim.Error of the hook is the answer; every other error, and a panic,
// is a fault of the hook, whatever it wraps: an error of the hook's own database must not be taken for
// one of the store.
func decide(ctx context.Context, hook scim.BeforeHook, e *scim.Event) error {
	err := guard(func() error { return hook(ctx, e) })
	if err == nil {
		return nil
	}
	var refused *scim.Error
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return ctx.Err() // the request ended while the hook ran
	case !errors.As(err, &refused):
	case scim.AsError(refused) == refused:
		return refused
	}
	return hookFailed(err)
}

// tell calls an After hook. Its only error is its panic.
func tell(ctx context.Context, hook scim.AfterHook, e *scim.Event) error {
	err := guard(func() error { hook(ctx, e); return nil })
	if err == nil {
		return nil
	}
	return hookFailed(err)
}

// hookFailed is the answer to a fault of a hook.
func hookFailed(err error) error {
	return scim.NewError(scim.CodeHook, "internal error").Because(fmt.Errorf("hook: %w", err))
}

// guard calls f and returns its panic as an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &async.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// adopt makes what a Before hook has left in e.After the new state of a change: canonical, complete and
// with its index keys. Of the resource, the hook has changed the document alone.
func (p *Provider) adopt(ctx context.Context, w *write, e *scim.Event) error {
	c := &w.change
	if c.Remove || e.After == nil {
		return hookFailed(errors.New("a hook cannot turn a change into a removal, or back"))
	}
	was := cmp.Or(c.Put, c.Prior)
	doc, err := p.canonicalOf(w.Target, e.After, was)
	if err != nil {
		return hookFailed(err)
	}
	if was.Hidden != nil {
		hidden, err := schema.DecodeJSON(was.Hidden, storedDepth)
		if err != nil {
			return err
		}
		maps.Copy(doc, hidden)
	}
	if err := p.put(ctx, c, &draft{Target: w.Target, content: content{doc: doc}, created: was.Created}); err != nil {
		return err
	}
	if c.If == scim.IfAny {
		c.If = c.Prior.Version
	}
	e.After = c.Put
	return nil
}

// canonicalOf checks a document of a hook as the body of a client is checked, except that it may set
// what is readOnly to clients, and that nothing of it is ignored. What a tolerant tenant let the client
// write is no fault of the hook.
func (p *Provider) canonicalOf(at scim.Target, r, was *scim.Resource) (map[string]any, error) {
	before, err := writable(at, was)
	if err != nil {
		return nil, err
	}
	raw, err := writable(at, r)
	if err != nil {
		return nil, err
	}
	mode := schema.Mode{Strict: at.Tenant.Strict, MaxValues: at.Tenant.Limits.MaxValues, Stored: schema.Document(before)}
	_, known, err := at.Type.Canonical(before, mode)
	if err != nil {
		return nil, err
	}
	doc, notes, err := at.Type.Canonical(raw, mode)
	if err != nil {
		return nil, err
	}
	if notes = slices.DeleteFunc(notes, func(n string) bool { return slices.Contains(known, n) }); len(notes) > 0 {
		return nil, errors.New(strings.Join(notes, "; "))
	}
	readOnly(at, at.Type.Schema, raw, doc)
	for _, ext := range at.Type.Extensions {
		from, _ := raw[ext.Schema.ID].(map[string]any)
		into, _ := doc[ext.Schema.ID].(map[string]any)
		if into == nil {
			into = map[string]any{}
		}
		if readOnly(at, ext.Schema, from, into); len(into) > 0 {
			doc[ext.Schema.ID] = into
		}
	}
	for _, a := range at.Type.Schema.Attributes {
		if doc[a.Name] == nil && before[a.Name] != nil && at.Type.Kept(a) {
			doc[a.Name] = before[a.Name] // an edit that leaves active out does not make a leaver active
		}
	}
	at.Type.FixSchemas(doc)
	return doc, at.Type.CheckRequired(doc)
}

// writable is a document without what hooks do not set.
func writable(at scim.Target, r *scim.Resource) (map[string]any, error) {
	raw, err := schema.DecodeJSON(r.Document, storedDepth)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"id", "meta", "members", "groups"} {
		delete(raw, name)
	}
	for _, a := range at.Type.Schema.Attributes {
		if isHidden(a) {
			delete(raw, a.Name)
		}
	}
	at.Type.FixSchemas(raw)
	return raw, nil
}
