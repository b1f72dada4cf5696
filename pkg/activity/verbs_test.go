package activity_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// story returns the verbs and titles of records, the oldest first.
func story(records []activity.Explained) (out []string) {
	for i := len(records) - 1; i >= 0; i-- {
		out = append(out, records[i].Verb+": "+records[i].Explanation.Title)
	}
	return out
}

// person does everything that can happen to a person, and returns its id.
func person(w *world) (id string) {
	id = w.create("/Users", `{"userName":"Jane@acme.com","externalId":"E-1","displayName":"Jane"}`)
	user := w.base + "/Users/" + id
	w.send("PATCH", user, patch(`{"op":"replace","path":"active","value":false}`))
	w.send("PATCH", user, patch(`{"op":"replace","path":"active","value":"True"}`))
	w.send("PUT", user, `{"userName":"Jane@acme.com","externalId":"E-1","displayName":"Jane","active":false,"title":"T"}`)
	w.send("PATCH", user, patch(`{"op":"replace","path":"active","value":false}`)) // is so already
	w.send("PATCH", user, patch(`{"op":"replace","path":"active","value":true},{"op":"replace","path":"userName","value":"jane.doe@acme.com"}`))
	member, other := `{"value":"`+id+`"}`, `{"value":"`+w.create("/Users", `{"userName":"joe@acme.com"}`)+`"}`
	g := w.base + "/Groups/"
	byPatch := w.create("/Groups", `{"displayName":"By patch","members":[`+other+`]}`)
	w.send("PATCH", g+byPatch, patch(`{"op":"add","path":"members","value":[`+member+`]}`))
	w.send("PATCH", g+byPatch, patch(`{"op":"remove","path":"members","value":[`+member+`]}`))
	byPut := w.create("/Groups", `{"displayName":"By PUT","members":[`+other+`,`+member+`]}`)
	w.send("PUT", g+byPut, `{"displayName":"By PUT","members":[`+other+`]}`)
	byAll := w.create("/Groups", `{"displayName":"By all","members":[`+other+`,`+member+`]}`)
	w.send("PUT", g+byAll, `{"displayName":"By all"}`)
	byPath := w.create("/Groups", `{"displayName":"By path","members":[`+other+`,`+member+`]}`)
	w.send("PATCH", g+byPath, patch(`{"op":"remove","path":"members"}`))
	gone := w.create("/Groups", `{"displayName":"Gone","members":[`+other+`,`+member+`]}`)
	w.send("DELETE", g+gone, "")
	w.send("DELETE", user, "")
	return id
}

// storyOf is the story of that person; names are those of groups, or nothing if the log has no names.
func storyOf(groups map[string]string) []string {
	in := func(verb, group string) string {
		return strings.ToLower(verb) + ": " + verb + " the group " + groups[group]
	}
	return []string{
		"created: User created", "deactivated: User deactivated", "reactivated: User reactivated", "deactivated: User deactivated",
		"unchanged: User unchanged", "reactivated+renamed: User reactivated and renamed",
		in("Joined", "By patch"), in("Left", "By patch"), in("Joined", "By PUT"), in("Left", "By PUT"), in("Joined", "By all"), in("Left", "By all"),
		in("Joined", "By path"), in("Left", "By path"), in("Joined", "Gone"), in("Left", "Gone") + ", which was deleted", "deleted: User deleted",
	}
}

// TestStory: the timeline of a person says what happened, also by PUT and by the deletion of a group,
// and is found by each name that the person had, after the deletion too (Z-16).
func TestStory(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{true, false} {
		t.Run(fmt.Sprint("keep values ", keep), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *tenant.Settings) { s.KeepValues = keep })
			id := person(w)
			groups := map[string]string{}
			for _, r := range w.ask("?operation=create&count=100") {
				if r.Type == "Group" && !keep {
					groups[groupNames(t)[len(groupNames(t))-1-len(groups)]] = r.Resource
				}
			}
			if keep {
				for _, name := range groupNames(t) {
					groups[name] = name
				}
			}
			want := storyOf(groups)
			for _, by := range []string{"resource=" + id, "user=" + id, "user=jane@acme.com", "user=JANE.DOE@ACME.COM", "user=E-1", "user=jane@acme.com&count=3"} {
				if d := cmp.Diff(want, story(w.all("?"+by))); d != "" {
					t.Errorf("%s: %s", by, d)
				}
			}
			for _, nobody := range []string{"user=e-1", "user=jane", "user=nobody@acme.com", "user=" + noID, "user=jane@acme.com&resource=" + noID} {
				if got := w.ask("?" + nobody); len(got) != 0 {
					t.Errorf("%s: %d records", nobody, len(got))
				}
			}
			if n := len(w.ask("?user=By+PUT")); n != 2 {
				t.Errorf("a group by its name: %d records", n)
			}
			all, err := json.Marshal(w.ask("?count=500"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"jane", "Jane", "E-1", "By PUT"} {
				if !keep && strings.Contains(string(all), name) {
					t.Errorf("%s is in the log: %s", name, all)
				}
			}
			if keep && !strings.Contains(string(all), `"name":"jane.doe@acme.com"`) {
				t.Errorf("no names: %s", all)
			}
		})
	}
}

// groupNames are the groups of person, in the order in which they were made.
func groupNames(t *testing.T) []string {
	t.Helper()
	return []string{"By patch", "By PUT", "By all", "By path", "Gone"}
}

// all reads all pages.
func (w *world) all(query string) (all []activity.Explained) {
	w.t.Helper()
	for after := ""; ; {
		page, next := w.page(query + after)
		all = append(all, page...)
		if next == "" {
			return all
		}
		after = "&cursor=" + next
	}
}

// TestVerbFirst: the verb is the first thing in a row of JSON and of text.
func TestVerbFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.create("/Users", user)
	w.send("PATCH", w.base+"/Users/"+id, patch(`{"op":"replace","path":"active","value":false}`))
	records := w.ask("?resource=" + id)
	row, err := json.Marshal(records[0])
	if line := activity.Line(&records[0]); err != nil || !strings.HasPrefix(string(row), `{"verb":"deactivated",`) || !strings.HasPrefix(line, "deactivated ") {
		t.Errorf("%v %s\n%s", err, row, line)
	}
	if text := activity.Text(&records[0]); !strings.Contains(text, "The service set active to false.") {
		t.Error(text)
	}
}

// TestBigGroup: of a big group, the record names some members, and says that there are more.
func TestBigGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var members []string
	for i := range activity.MaxMembers + 20 {
		members = append(members, `{"value":"`+w.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))+`"}`)
	}
	group := func() string {
		return w.create("/Groups", fmt.Sprintf(`{"displayName":"%d","members":[%s]}`, len(w.ask("?operation=create&count=500")), strings.Join(members, ",")))
	}
	for _, do := range []func(g string){
		func(g string) { w.send("DELETE", w.base+"/Groups/"+g, "") },
		func(g string) { w.send("PATCH", w.base+"/Groups/"+g, patch(`{"op":"remove","path":"members"}`)) },
	} {
		g := group()
		do(g)
		r := w.ask("?resource=" + g)[0]
		if len(r.Removed) != activity.MaxMembers || r.MembersRemoved != activity.MaxMembers+20 || !strings.Contains(r.Explanation.Did, "names the first 100 members") ||
			!strings.Contains(activity.Text(&r), "and 20 more") {
			t.Errorf("%d of %d: %s", len(r.Removed), r.MembersRemoved, r.Explanation.Did)
		}
	}
}
