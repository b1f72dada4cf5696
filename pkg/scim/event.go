package scim

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// BeforeHook is called before a change is written. It may change e.After, with Edit or by another
// Resource, or refuse the change by an error: a *Error (see Refuse) reaches the client as it is; any
// other is answered with 500 and an error id, under which its cause is logged.
//
// A change is decided from the state that was read. If another write comes first, the resource is read
// again and the hook is called again, with the new state and a higher e.Attempt; nothing of the earlier
// call remains. What is written is what the last call has seen and left. A hook that has no effect
// besides e.After needs to know nothing of this; one that has should be an AfterHook.
//
// e.Rehearsal says that nothing will be written: an agent's plan, or another dry run. A BeforeHook
// decides there as it would for a real change. Hooks must be safe for concurrent use and must not call
// the Provider for the resource of the event.
type BeforeHook func(ctx context.Context, e *Event) error

// AfterHook is called once for each change that was written, while the client waits. It is never
// called for a rehearsal, for a write that lost a race or failed, or for one without effect.
//
// It has no error, since the change stands, and its context does not end with the request: if that ends while
// hooks run, it ends 10 seconds later. It is called at most once: if the process ends between the write and the call,
// the call is lost, and on DynamoDB the stream function finishes some work without hooks. What must not be lost follows the feed of changes, not a hook.
type AfterHook func(ctx context.Context, e *Event)

// Event is one change of one resource, as hooks see it. CallerFrom tells on whose behalf it is made.
// The resources are shared and must not be changed; package model decodes them into typed values. The event and its
// lists are the hook's own: it may keep them when it has returned, and nothing but After follows from what it does to them.
//
// A deletion is an event of the resource, and one of each group that loses it, with Cause set; as far
// as the store knows those groups when it is asked (see Store.MemberOf).
type Event struct {
	Tenant *Tenant
	Type   *schema.ResourceType
	// Before is the resource as it was: nil when it is created.
	Before *Resource
	// After is the resource as it will be, and in an AfterHook as it was stored: nil when it is deleted.
	// When only members change, Before and After have the same document.
	After *Resource
	// Joined and Left are the members that a group gains and loses, whatever the request looks like:
	// PATCH, a PUT of a shorter list, a removal of all, the deletion of the group or of a member. Two
	// requests at the same time that add the same member may both report it to an AfterHook.
	Joined, Left []Member
	// Cause is the resource whose deletion made the group lose it; nil for every other event. In such an
	// event After cannot be changed.
	Cause *Ref
	// Rehearsal is true if nothing will be written; always false in an AfterHook.
	Rehearsal bool
	// Attempt counts from 1, and is higher after a race that was lost.
	Attempt int
}

// Resource is the resource after the change, or before its deletion. It is never nil.
func (e *Event) Resource() *Resource {
	if e.After == nil {
		return e.Before
	}
	return e.After
}

// ID is the id of the resource.
func (e *Event) ID() string { return e.Resource().ID }

// Created reports whether the resource is new.
func (e *Event) Created() bool { return e.Before == nil }

// Deleted reports whether the resource is gone.
func (e *Event) Deleted() bool { return e.After == nil }

// Activated reports whether a user may sign in from now on: it is created as active, or active
// became true.
func (e *Event) Activated() bool { return e.Type.IsUser() && !e.Before.Active() && e.After.Active() }

// Deactivated reports whether a user may no longer sign in: active became false, or the user, who
// was active, is deleted. It is the moment to end sessions.
func (e *Event) Deactivated() bool { return e.Type.IsUser() && e.Before.Active() && !e.After.Active() }

// Edit changes the resource in a BeforeHook. attributes are those of After without id, meta, members,
// groups and what is never returned; change may set them, to values as encoding/json makes or reads
// them, and readOnly ones too. Without active, that stays as it is. The Provider then checks the result by the schema, computes the index
// keys, and answers a resource that does not fit with 500: the fault is the hook's. So is an Edit of a deletion.
func (e *Event) Edit(change func(attributes map[string]any)) error {
	if e.After == nil {
		return errors.New("a deletion has nothing to edit; ask Deleted first")
	}
	attributes, err := schema.DecodeJSON(e.After.Document, editDepth)
	if err != nil {
		return err
	}
	change(attributes)
	next := *e.After
	if next.Document, err = json.Marshal(attributes); err != nil {
		return err
	}
	e.After = &next
	return nil
}

// editDepth bounds the nesting of a stored document.
const editDepth = 64
