package mcp_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/scimstack/scimstack/pkg/mcp"
)

// versions are what an undo does not restore.
var versions = regexp.MustCompile(`(?m)^(\S+ \S+) \d+ `)

func (w *world) content(who mcp.Caller) string {
	return versions.ReplaceAllString(w.state(who), "$1 ")
}

// someChange is a change of the company that may or may not have an effect.
func someChange(r *rand.Rand, n int) object {
	user := fmt.Sprintf("id-%04d", 1+r.IntN(4))
	patch := func(ops ...object) object {
		return object{"op": "patch", "type": "User", "id": user, "operations": ops}
	}
	switch r.IntN(9) {
	case 0:
		return patch(object{"op": "replace", "path": "active", "value": r.IntN(2) == 0})
	case 1:
		return patch(object{"op": "replace", "value": object{"displayName": fmt.Sprint("D", r.IntN(3)), "title": "T"}})
	case 2:
		return patch(object{"op": "add", "path": "emails", "value": []object{{"value": fmt.Sprintf("m%d@corp.example", r.IntN(3)), "type": "home"}}})
	case 3:
		return patch(object{"op": "remove", "path": "name.givenName"}, object{"op": "remove", "path": "emails"})
	case 4:
		return patch(object{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": object{"value": "id-0004"}})
	case 5:
		return object{"op": "replace", "type": "User", "id": user, "data": object{"userName": "u" + user + "@corp.example", "nickName": "N"}}
	case 6:
		return object{"op": "add_members", "type": "Group", "id": "id-0005", "members": []string{user}}
	case 7:
		return object{"op": "remove_members", "type": "Group", "id": "id-0005", "members": []string{user}}
	}
	return object{"op": "create", "type": "User", "data": object{"userName": fmt.Sprintf("new%d@corp.example", n)}}
}

// TestPlanApplyUndo: over many random plans, applying and undoing restores the state before, whenever
// the plan has promised that.
func TestPlanApplyUndo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	who := w.company(everything)
	s := w.connect(who, nil)
	r := rand.New(rand.NewPCG(3, 5))
	exact := 0
	for i := range 200 {
		var changes []object
		for j := range 1 + r.IntN(4) {
			changes = append(changes, someChange(r, 10*i+j))
		}
		before := w.content(who)
		plan := w.call(s, "plan_change", object{"changes": changes})
		if w.content(who) != before {
			t.Fatal("planning has changed something")
		}
		if plan.Error != nil {
			continue // no effect, or not allowed
		}
		done := w.call(s, "apply_plan", object{"planId": plan.Result["planId"]})
		if done.Error != nil {
			t.Fatalf("%v\n%v", changes, done.Error)
		}
		if done.Result["undo"] != plan.Result["undo"] {
			t.Errorf("promised %v, got %v", plan.Result["undo"], done.Result["undo"])
		}
		if plan.Result["undo"] != "exact" {
			continue
		}
		if a := w.call(s, "undo_plan", object{"undoId": done.Result["undoId"]}); a.Error != nil {
			t.Fatalf("%v\n%v", changes, a.Error)
		}
		if after := w.content(who); after != before {
			t.Fatalf("%v\nbefore\n%s\nafter\n%s", changes, before, after)
		}
		exact++
	}
	if exact < 100 {
		t.Errorf("only %d plans could be taken back exactly", exact)
	}
}
