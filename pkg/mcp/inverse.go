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

// What can be said of the way back.
const (
	undoExact   = "exact"
	undoNewIDs  = "deleted resources come back under new ids and without what is never shown, such as passwords"
	undoSecrets = "all but what is never shown, such as passwords"
	undoNot     = "not possible by SCIM: "
)

// inverse makes the changes that take a rehearsed plan back, bound to the versions that the
// plan leaves behind. What it made still has the placeholders of the rehearsal as ids.
func (r *rehearsal) inverse() ([]change, error) {
	before := map[scim.Ref]*scim.Resource{}
	for _, raw := range r.raw {
		before[raw.Ref] = raw.Before
	}
	back := map[string]string{} // id of what was deleted → placeholder of its successor
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
			version = "" // the first of several changes of a resource binds them all
		}
		if len(e.Added) > 0 {
			moves = append(moves, change{Op: opRemoveMembers, Type: e.Type, ID: e.ID, Version: version, Members: e.Added})
			version = ""
		}
		if len(e.Removed) > 0 {
			moves = append(moves, change{Op: opAddMembers, Type: e.Type, ID: e.ID, Version: version, Members: e.Removed}.renamed(back))
		}
	}
	// Groups come after the users that are in them.
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

// restore creates a deleted resource anew. Its members come in a change of their own.
func restore(e effect, before *scim.Resource) (change, error) {
	doc, err := schema.DecodeJSON(before.Document, bodyDepth)
	return change{Op: opCreate, Type: e.Type, BulkID: successor(e.ID), Data: doc, Members: e.Removed}, err
}

// undoOperations set every attribute back to what it was.
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

// wayBack rehearses the inverse on top of the plan's own rehearsal and says how good it is.
func (c *call) wayBack(ctx context.Context, r *rehearsal, most int) (changes []change, quality string, err error) {
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
	if quality = r.reversal(again); strings.HasPrefix(quality, undoNot) {
		return nil, quality, nil
	}
	return changes, quality, nil
}

// reversal says how good a way back is that was rehearsed on top of r.
func (r *rehearsal) reversal(again *rehearsal) string {
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
			return undoNot + "an attribute of " + e.ID + " cannot be set back"
		}
		if quality == undoExact && !bytes.Equal(e.Before.Hidden, e.After.Hidden) {
			quality = undoSecrets
		}
	}
	return quality
}

// sameBut compares documents; ids of what is made again may stand for those of what was.
func sameBut(before, now []byte, again *rehearsal) bool {
	text := string(now)
	for _, s := range again.steps {
		if id, made := strings.CutPrefix(s.made, bulkPrefix+"again-"); made {
			text = strings.ReplaceAll(text, s.made, id)
		}
	}
	return string(before) == text
}
