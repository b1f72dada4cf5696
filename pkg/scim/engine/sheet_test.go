package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestSheet: a page is in one buffer, which is large enough from the beginning, and groups that are copied from the
// resource before are the right ones, also after one without any or with others.
func TestSheet(t *testing.T) {
	t.Parallel()
	w := begin(t, scim.TenantConfig{})
	users := w.users(60)
	w.create("Group", `{"displayName":"many","members":%s}`, memberList(users[:50]))
	w.create("Group", `{"displayName":"last","members":%s}`, memberList(users[50:55]))
	w.create("Group", `{"displayName":"some","members":%s}`, memberList(users[10:12]))
	found := w.find("User", "", func(q *scim.Query) { q.HasCount, q.Count = true, 100 })
	if found.Joined == nil || len(found.Resources) != 60 {
		t.Fatalf("%d resources, joined: %t", len(found.Resources), found.Joined != nil)
	}
	if spare := cap(found.Joined) - len(found.Joined); spare < len("]}") || spare > len(found.Joined)/2 {
		t.Errorf("a page of %d bytes has %d to spare", len(found.Joined), spare)
	}
	for i, r := range found.Resources {
		doc := w.doc(r, nil)
		groups, _ := doc["groups"].([]any)
		want := 0
		if i < 55 {
			want++
		}
		if i == 10 || i == 11 {
			want++
		}
		if len(groups) != want {
			t.Errorf("user %d has the groups %v", i, groups)
		}
		one, err := w.Get(t.Context(), w.at("User", fmt.Sprint(doc["id"])), scim.Projection{})
		if err != nil || string(one.Body) != string(r) {
			t.Errorf("alone it is %s, on a page %s", one.Body, r)
		}
	}
	few := w.find("User", "", func(q *scim.Query) {
		q.Projection.Attributes, q.HasCount, q.Count = []string{"meta.location", "userName"}, true, 3
	})
	if len(few.Resources) != 3 || few.Joined == nil || !strings.Contains(string(few.Joined), `"location"`) {
		t.Errorf("%s", few.Joined)
	}
}
