package suite_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// between is a store in which a resource is removed after a write has looked at it and before it is
// committed.
type between struct {
	scim.Store
	leaver atomic.Pointer[scim.Ref]
}

// Commit removes the leaver first, once.
func (b *between) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	ref := b.leaver.Load()
	if ref != nil && slices.ContainsFunc(c.AddMembers, func(m scim.Member) bool { return m.ID == ref.ID }) {
		b.leaver.Store(nil)
		if _, err := b.Store.Commit(ctx, t, scim.Change{Type: ref.Type, ID: ref.ID, If: scim.IfAny, Now: time.Now(), Remove: true}); err != nil {
			return nil, err
		}
	}
	return b.Store.Commit(ctx, t, c)
}

// batched is between over a store with batches, such as memory.
type batched struct {
	*between
	scim.BatchGetter
}

// able is between over a store that reads edges too, such as dynamo.
type able struct {
	batched
	scim.EdgeReader
}

// removing returns a store that removes what the pointer names, with the abilities of the store inside.
func removing(inside scim.Store) (scim.Store, *atomic.Pointer[scim.Ref]) {
	b := &between{Store: inside}
	many, ok := inside.(scim.BatchGetter)
	if !ok {
		return b, &b.leaver
	}
	if edges, ok := inside.(scim.EdgeReader); ok {
		return &able{batched{b, many}, edges}, &b.leaver
	}
	return &batched{b, many}, &b.leaver
}

// TestRemovedMeanwhile: a member that is deleted while it is being added is a member of no group
// (X-04, L-01). A tolerant tenant leaves it out, a strict one refuses the request; that a client has
// named a version makes no difference.
func TestRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		for _, strict := range []bool{false, true} {
			for _, typ := range []string{"User", "Group"} {
				t.Run(fmt.Sprintf("%s/strict %t/%s", name, strict, typ), func(t *testing.T) {
					t.Parallel()
					removedMeanwhile(t, open(t), strict, typ)
				})
			}
		}
	}
}

func removedMeanwhile(t *testing.T, inside scim.Store, strict bool, typ string) {
	t.Helper()
	store, leaver := removing(inside)
	server := apptest.Start(t, store)
	c := connect(t, server, "acme", func(s *tenant.Settings) { s.Strict = strict })
	stays := c.create("/Users", userBody("stays"))
	for i, w := range lateWrites(stays) {
		what, group := fmt.Sprintf("%d %s %v", i, w.method, w.headers), fmt.Sprintf("group %d", i)
		gone := c.create("/"+typ+"s", map[string]string{"User": userBody(group), "Group": groupBody("leaver of " + group)}[typ])
		path := "/Groups"
		if w.method != "POST" {
			path += "/" + c.create("/Groups", groupBody(group))
		}
		leaver.Store(&scim.Ref{Type: typ, ID: gone})
		status, _, answer := c.do(w.method, path, fmt.Sprintf(w.body, group, gone), w.headers...)
		if leaver.Load() != nil {
			t.Fatalf("%s: nothing was removed: %d %v", what, status, answer)
		}
		c.memberOfNone(what, gone)
		records := server.Records()
		if strict {
			if status != 400 || answer["scimType"] != "invalidValue" {
				t.Errorf("%s: %d %v", what, status, answer)
			}
			c.unwritten(what, group, w.method != "POST")
			continue
		}
		if status >= 300 || !slices.ContainsFunc(records[len(records)-3].Notes, func(n string) bool { return strings.Contains(n, gone+" is unknown and was left out") }) {
			t.Errorf("%s: %d %v %v", what, status, answer, records[len(records)-3].Notes)
		}
		_, _, found := c.do("GET", "/Groups?filter=displayName+eq+%22"+strings.ReplaceAll(group, " ", "+")+"%22", "")
		if got := fmt.Sprint(found["Resources"]); !strings.Contains(got, stays) || strings.Contains(got, gone) {
			t.Errorf("%s: members %s", what, got)
		}
	}
}

// lateWrite is a request that makes a group with two members; the name of the group and one of the
// members are still to be filled in.
type lateWrite struct {
	method, body string
	headers      []string
}

func lateWrites(stays string) []lateWrite {
	tag := []string{"If-Match", `W/"1"`}
	list := `[{"value":"` + stays + `"},{"value":"%[2]s"}]`
	group := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"%[1]s","members":` + list + `}`
	add, replace := `{"op":"add","path":"members","value":`+list+`}`, `{"op":"replace","path":"members","value":`+list+`}`
	return []lateWrite{
		{"POST", group, nil}, {"PUT", group, nil}, {"PUT", group, tag},
		{"PATCH", patchBody(add), nil}, {"PATCH", patchBody(add), tag}, {"PATCH", patchBody(replace), tag},
		{"PATCH", patchBody(`{"op":"replace","path":"externalId","value":"%[1]s"}`, add), nil},
	}
}

func userBody(name string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + name + `"}`
}

func groupBody(name string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + name + `"}`
}

// memberOfNone checks that a resource is gone and that no group has it as a member.
func (c *client) memberOfNone(what, id string) {
	c.Helper()
	_, _, found := c.do("GET", "/Groups?filter=members.value+eq+%22"+id+"%22", "")
	if found["totalResults"] != 0.0 {
		c.Errorf("%s: %v", what, found)
	}
	_, _, all := c.do("GET", "/Groups", "")
	for _, g := range all["Resources"].([]any) {
		if strings.Contains(fmt.Sprint(g.(map[string]any)["members"]), id) {
			c.Errorf("%s: %v", what, g)
		}
	}
}

// unwritten checks that a refused write has changed nothing: no group, or one of version 1.
func (c *client) unwritten(what, group string, exists bool) {
	c.Helper()
	_, _, found := c.do("GET", "/Groups?filter=displayName+eq+%22"+strings.ReplaceAll(group, " ", "+")+"%22", "")
	list, _ := found["Resources"].([]any)
	if !exists {
		if len(list) > 0 {
			c.Errorf("%s: %v", what, list)
		}
		return
	}
	if len(list) != 1 || !strings.Contains(fmt.Sprint(list), `version:W/"1"`) {
		c.Errorf("%s: %v", what, list)
	}
}
