package activity_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// short is the part of a record that the tests compare.
type short struct {
	Operation      string
	Status         int
	Changed        string
	Added, Removed int
	Entry          string
}

func shorten(records []activity.Explained) (out []short) {
	for i := len(records) - 1; i >= 0; i-- { // oldest first
		r := records[i]
		out = append(out, short{r.Operation, r.Status, strings.Join(r.Changed, " "), r.MembersAdded, r.MembersRemoved, r.Entry})
	}
	return out
}

// TestTimeline: the timeline of a user has its own changes, those of its groups, and conflicts.
func TestTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	boss := w.create("/Users", `{"userName":"boss@example.com"}`)
	id := w.create("/Users", `{"userName":"bjensen@example.com","name":{"givenName":"B"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"`+boss+`"}}}`)
	user := w.base + "/Users/" + id
	w.send("PATCH", user, patch(`{"op":"replace","path":"name.givenName","value":"Babs"},{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"E"}`))
	w.send("PATCH", user, patch(`{"op":"replace","path":"name.givenName","value":"Babs"}`)) // without effect
	w.send("PATCH", user, patch(`{"op":"replace","path":"password","value":"s3cret"}`))
	w.send("POST", w.base+"/Users", `{"userName":"BJENSEN@example.com"}`)
	group := w.create("/Groups", `{"displayName":"Sales","members":[{"value":"`+id+`"}]}`)
	w.send("PATCH", w.base+"/Groups/"+group, patch(`{"op":"remove","path":"members[value eq \"`+id+`\"]"}`))
	w.send("DELETE", w.base+"/Users/"+boss, "")
	w.send("PATCH", user, patch(`{"op":"replace","path":"active","value":false}`))
	w.send("DELETE", user, "")
	w.create("/Users", `{"userName":"other@example.com"}`)
	const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
	want := []short{
		{"create", 201, "active name.givenName " + urn + "department " + urn + "manager userName", 0, 0, "http"},
		{"patch", 200, "name.givenName " + urn + "department", 0, 0, "http"},
		{"patch", 200, "", 0, 0, "http"},
		{"patch", 200, "password", 0, 0, "http"},
		{"create", 409, "", 0, 0, "http"},
		{"create", 201, "displayName", 1, 0, "http"},
		{"patch", 204, "", 0, 1, "http"},
		{"delete", 204, "", 0, 0, "http"}, // deletion of the manager
		{"patch", 200, "active", 0, 0, "http"},
		{"delete", 204, "", 0, 0, "http"},
	}
	records := w.ask("?resource=" + id)
	t.Run("Z-16 every change with actor and attribute names", func(t *testing.T) {
		if diff := cmp.Diff(want, shorten(records)); diff != "" {
			t.Error(diff)
		}
		for i := range records {
			if records[i].Key == "" || records[i].Values != nil || !records[i].Time.Before(w.Clock.Now()) {
				t.Errorf("%+v", records[i])
			}
		}
	})
}

// TestBulk: each operation has its own record, with the id of the request.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.send("POST", w.base+"/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"Sales","members":[{"value":"bulkId:u"}]}},
		{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"a@example.com"}},
		{"method":"POST","path":"/Users","bulkId":"v","data":{"userName":"a@example.com"}}]}`, "X-Request-Id: request-1234")
	records := w.ask("?request=request-1234")
	got := map[int]short{}
	for i := range records {
		got[records[i].Item] = shorten(records[i : i+1])[0]
	}
	want := map[int]short{
		0: {"bulk", 200, "", 0, 0, "http"},
		1: {"create", 201, "displayName", 1, 0, "bulk"},
		2: {"create", 201, "active userName", 0, 0, "bulk"},
		3: {"create", 409, "", 0, 0, "bulk"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestReading: only a token of the tenant that has the scope can read the log.
func TestReading(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.create("/Users", `{"userName":"a@example.com"}`)
	_, foreign := w.Tenant(t, "globex", nil)
	foreignReader := w.Token(t, "globex", scim.Activity, "")
	records := w.ask("?resource=" + id)
	base := strings.Replace(w.base, "/scim/v2/", "/activity/", 1)
	for _, c := range []struct {
		name, method, path, token string
		want                      int
	}{
		{"one", "GET", "/" + records[0].ID, w.reader, 200},
		{"head", "HEAD", "", w.reader, 200},
		{"unknown", "GET", "/" + activity.NewID(w.Clock.Now()), w.reader, 404},
		{"no id", "GET", "/../../x", w.reader, 404},
		{"write", "POST", "", w.reader, 405},
		{"token of an IdP", "GET", "", w.token, 403},
		{"foreign tenant", "GET", "", foreignReader, 401},
		{"foreign token", "GET", "", foreign, 401},
		{"no token", "GET", "", "", 401},
		{"bad count", "GET", "?count=x", w.reader, 400},
		{"bad time", "GET", "?from=yesterday", w.reader, 400},
		{"bad flag", "GET", "?failed=perhaps", w.reader, 400},
		{"bad cursor", "GET", "?cursor=x", w.reader, 400},
		{"all parameters", "GET", "?count=1&from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&failed=false&status=201&operation=create", w.reader, 200},
	} {
		if status, body := w.send(c.method, base+c.path, "", "Authorization: Bearer "+c.token); status != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, status, c.want, body)
		} else if status == 403 && !strings.Contains(string(body), "use a token that has it") {
			t.Errorf("%s does not say what to do: %s", c.name, body)
		}
	}
	if status, _ := w.send(http.MethodGet, w.base+"/Users", "", "Authorization: Bearer "+w.reader); status != 403 {
		t.Errorf("a token for the log reads users: %d", status)
	}
}

// TestSuccesses: successful requests are explained too.
func TestSuccesses(t *testing.T) {
	t.Parallel()
	for _, r := range []activity.Record{
		{Operation: "create"}, {Operation: "get"}, {Operation: "search"}, {Operation: "replace"}, {Operation: "delete"},
		{Operation: "patch", Cleared: true}, {Operation: "patch", MembersAdded: 1, MembersRemoved: 2}, {Operation: "bulk"}, {Operation: "discovery"},
		{}, {Operation: "patch", Changed: []string{"active"}, Notes: []string{"n"}},
	} {
		r.Status, r.Type = 200, "Group"
		e := activity.Explain(&r)
		if e.Title == "" || e.Meant == "" || e.Did == "" || e.Todo == "" || e.RFC == "" {
			t.Errorf("%+v: %+v", r, e)
		}
		x := activity.Explained{Record: r, Explanation: e}
		if !strings.Contains(activity.Line(&x), e.Title) || !strings.Contains(activity.Text(&x), e.Did) {
			t.Errorf("%+v is not shown", r)
		}
	}
}
