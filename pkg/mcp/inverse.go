package mcp

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// How completely a plan can be undone, in the words of the field undo.
const (
	undoExact   = "exact"
	undoNewIDs  = "deleted resources come back under new ids and without attributes that are never returned, such as passwords"
	undoSecrets = "all but attributes that are never returned, such as passwords"
	undoNot     = "not possible through SCIM: "
)

// inverse makes the changes that undo a rehearsed plan, bound to the versions that the plan results
// in. The resources that the plan creates still have the placeholders of the rehearsal as ids.
func (r *rehearsal) inverse() ([]change, error) {
	before := map[scim.Ref]*scim.Resource{}
	for _, raw := range r.raw {
		before[raw.Ref] = raw.Before
	}
	back := map[string]string{} // id of a deleted resource → placeholder of its successor
	for _, e := range r.effects {
		if e.Action == "delete" {
			back[e.ID] = bulkPrefix + successor(e.ID)
		}
	}
	var makes, edits, moves, drops []change
	for _, e := range r.effects {
		version := scim.ETag(e.after)
		switch e.Action {
		case "create":
			drops = append(drops, change{Op: opDelete, Type: e.Type, ID: e.ID, Version: version})
			continue
		case "delete":
			ch, err := restore(e, before[scim.Ref{Type: e.Type, ID: e.ID}])
			if err != nil {
				return nil, err
			}
			makes = append(makes, ch.renamed(back))
			continue
		}
		if ops := undoOperations(e.Diff); len(ops) > 0 {
			edits = append(edits, change{Op: opPatch, Type: e.Type, ID: e.ID, Version: version, Operations: ops}.renamed(back))
			version = "" // only the first of several changes of a resource checks its version
		}
		if len(e.Added) > 0 {
			moves = append(moves, change{Op: opRemoveMembers, Type: e.Type, ID: e.ID, Version: version, Members: e.Added})
			version = ""
		}
		if len(e.Removed) > 0 {
			moves = append(moves, change{Op: opAddMembers, Type: e.Type, ID: e.ID, Version: version, Members: e.Removed}.renamed(back))
		}
	}
	// Groups are created after the users that are in them.
	slices.SortStableFunc(makes, func(a, b change) int { return len(a.Members) - len(b.Members) })
	for i := range makes {
		if list := makes[i].Members; len(list) > 0 {
			moves = append(moves, change{Op: opAddMembers, Type: makes[i].Type, ID: bulkPrefix + makes[i].BulkID, Members: list})
			makes[i].Members = nil
		}
	}
	slices.Reverse(drops)
	return slices.Concat(makes, edits, moves, drops), nil
}

func successor(id string) string { return "again-" + id }

// restore creates a deleted resource again. Its members follow in a change of their own.
func restore(e effect, before *scim.Resource) (change, error) {
	doc, err := schema.DecodeJSON(before.Document, bodyDepth)
	return change{Op: opCreate, Type: e.Type, BulkID: successor(e.ID), Data: doc, Members: e.Removed}, err
}

// undoOperations set every attribute back to its value before the plan.
func undoOperations(diff []difference) []map[string]any {
	var ops []map[string]any
	for _, d := range diff {
		switch {
		case d.Secret:
		case d.was == nil:
			ops = append(ops, map[string]any{"op": "remove", "path": d.Path})
		default:
			ops = append(ops, map[string]any{"op": "replace", "path": d.Path, "value": d.was})
		}
	}
	return ops
}

// undoOf returns the changes that undo a rehearsed plan, and how completely they do so. It
// rehearses them on top of the plan's own overlay. changes is nil if the plan cannot be undone.
func (c *call) undoOf(ctx context.Context, r *rehearsal, most int) (changes []change, quality string, err error) {
	changes, err = r.inverse()
	if err != nil {
		return nil, "", err
	}
	again, err := c.rehearse(ctx, r.dry, changes, 4*most)
	if err != nil {
		f := failureOf(err)
		if f.Status >= 500 {
			return nil, "", err
		}
		return nil, undoNot + f.Detail, nil
	}
	if quality = r.completeness(again); strings.HasPrefix(quality, undoNot) {
		return nil, quality, nil
	}
	return changes, quality, nil
}

// completeness compares the state before r with that after again, its undo, which was rehearsed on
// top of r.
func (r *rehearsal) completeness(again *rehearsal) string {
	back := map[scim.Ref]overlay.Effect{}
	for _, e := range again.raw {
		back[e.Ref] = e
	}
	quality := undoExact
	for _, e := range r.raw {
		if e.Before == nil {
			continue
		}
		if e.After == nil {
			quality = undoNewIDs
			continue
		}
		end := e.After
		if b, changed := back[e.Ref]; changed {
			end = b.After
		}
		if end == nil || !sameBut(e.Before.Document, end.Document, again) {
			return undoNot + "an attribute of " + e.ID + " cannot be restored"
		}
		if quality == undoExact && !bytes.Equal(e.Before.Hidden, e.After.Hidden) {
			quality = undoSecrets
		}
	}
	return quality
}

// sameBut compares documents. In now, the placeholder of a resource that is created again counts as
// the id of the deleted one.
func sameBut(before, now []byte, again *rehearsal) bool {
	text := string(now)
	for _, s := range again.steps {
		if id, made := strings.CutPrefix(s.made, bulkPrefix+"again-"); made {
			text = strings.ReplaceAll(text, s.made, id)
		}
	}
	return string(before) == text
}
