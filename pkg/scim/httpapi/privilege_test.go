package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// client sends requests with one token.
type client struct {
	*testing.T
	base, token string
}

func (c *client) send(method, path, body string, headers ...string) (*http.Response, string) {
	c.Helper()
	return send(c.T, method, c.base+path, []byte(body), append([]string{"Authorization", "Bearer " + c.token, "Content-Type", "application/scim+json"}, headers...)...)
}

// made creates a resource and returns its id.
func (c *client) made(path, body string) string {
	c.Helper()
	res, text := c.send("POST", path, body)
	if res.StatusCode != http.StatusCreated {
		c.Fatal(res.StatusCode, text)
	}
	location := res.Header.Get("Location")
	return location[strings.LastIndexByte(location, '/')+1:]
}

const (
	users  = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
	groups = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],`
	patchs = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`
)

// TestWriteOnly: a token that may write but not read learns the id and the versions of what it
// writes, and nothing else (Z-03): with and without effect, in Bulk too, whatever it asks for.
func TestWriteOnly(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, all := s.Tenant(t, "acme", nil)
	admin := &client{t, base, all}
	secret := func(n int) string {
		return fmt.Sprintf(`{%s"userName":"secret-%d","displayName":"secret","emails":[{"value":"secret%d@example.com"}]}`, users, n, n)
	}
	ann := admin.made("/Users", secret(1))
	team := admin.made("/Groups", `{`+groups+`"displayName":"secret team","members":[{"value":"`+ann+`"}]}`)
	blind := &client{t, base, s.Token(t, "acme", scim.Write|scim.Users|scim.Groups, "")}
	me := &client{t, base, s.Token(t, "acme", scim.Write|scim.Users, ann)}
	change := func(value string) string {
		return patchs + `[{"op":"replace","path":"title","value":"` + value + `"}]}`
	}
	n := 1
	for _, c := range []struct {
		who                *client
		method, path, body string
		status             int
	}{
		{blind, "POST", "/Users", "", 201},
		{blind, "POST", "/Users?attributes=userName,emails", "", 201},
		{blind, "POST", "/Users?excludedAttributes=title", "", 201},
		{blind, "POST", "/Groups", `{` + groups + `"displayName":"secret other","members":[{"value":"` + ann + `"}]}`, 201},
		{blind, "PUT", "/Users/" + ann, secret(1), 204},
		{blind, "PUT", "/Users/" + ann, secret(1), 204},
		{blind, "PATCH", "/Users/" + ann, change("a"), 204},
		{blind, "PATCH", "/Users/" + ann, change("a"), 204},
		{blind, "PATCH", "/Users/" + ann + "?attributes=emails", change("b"), 204},
		{blind, "PATCH", "/Users/" + ann + "?excludedAttributes=x", change("b"), 204},
		{blind, "PATCH", "/Groups/" + team + "?attributes=members", patchs + `[{"op":"add","path":"members","value":[{"value":"` + ann + `"}]}]}`, 204},
		{me, "PATCH", "/Me", change("c"), 204},
		{me, "PUT", "/Me", secret(1), 204},
		{blind, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"PATCH","path":"/Users/` + ann + `","data":` + change("d") + `},{"method":"POST","path":"/Users","bulkId":"q","data":` + secret(99) + `}]}`, 200},
		{blind, "GET", "/Users/" + ann, "", 403},
		{me, "GET", "/Me", "", 403},
		{blind, "POST", "/Users/.search", `{}`, 403},
		{blind, "GET", "/", "", 403},
	} {
		if c.body == "" && c.method == "POST" {
			n++
			c.body = secret(n)
		}
		res, text := c.who.send(c.method, c.path, c.body)
		if res.StatusCode != c.status || strings.Contains(text, "secret") || c.status == 204 && text != "" {
			t.Errorf("%s %s: %d %s", c.method, c.path, res.StatusCode, text)
		}
		if c.status != 201 {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		meta, _ := got["meta"].(map[string]any)
		if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, []string{"id", "meta", "schemas"}) || meta["location"] != res.Header.Get("Location") || meta["version"] != res.Header.Get("Etag") {
			t.Errorf("%s %s: %s", c.method, c.path, text)
		}
	}
}

// TestNamesOfTheOtherKind: a token for users only learns no names of groups, and the reverse (Z-03):
// to it they have no values, wherever it asks.
func TestNamesOfTheOtherKind(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, all := s.Tenant(t, "acme", nil)
	admin := &client{t, base, all}
	ann := admin.made("/Users", `{`+users+`"userName":"hidden ann"}`)
	bob := admin.made("/Users", `{`+users+`"userName":"hidden bob"}`)
	inner := admin.made("/Groups", `{`+groups+`"displayName":"covert inner"}`)
	team := admin.made("/Groups", `{`+groups+`"displayName":"covert team","members":[{"value":"`+ann+`"},{"value":"`+inner+`"}]}`)
	admin.made("/Groups", `{`+groups+`"displayName":"a covert first","members":[{"value":"`+bob+`"}]}`)
	both := &client{t, base, s.Token(t, "acme", scim.All, "")}
	forGroups := &client{t, base, s.Token(t, "acme", scim.Read|scim.Write|scim.Groups, "")}
	forUsers := &client{t, base, s.Token(t, "acme", scim.Read|scim.Write|scim.Users, "")}
	search := func(rest string) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],` + rest + `}`
	}
	for _, c := range []struct {
		who                *client
		hidden             string
		method, path, body string
	}{
		{forGroups, "hidden", "GET", "/Groups", ""},
		{forGroups, "hidden", "GET", "/Groups/" + team, ""},
		{forGroups, "hidden", "GET", "/Groups/" + team + "?attributes=members.display", ""},
		{forGroups, "hidden", "GET", "/Groups/" + team + "?excludedAttributes=displayName", ""},
		{forGroups, "hidden", "GET", "/?filter=displayName%20pr", ""},
		{forGroups, "hidden", "POST", "/Groups/.search", search(`"attributes":["members"]`)},
		{forGroups, "hidden", "POST", "/Groups", `{` + groups + `"displayName":"new","members":[{"value":"` + ann + `"}]}`},
		{forGroups, "hidden", "PATCH", "/Groups/" + team + "?attributes=members", patchs + `[{"op":"add","path":"members","value":[{"value":"` + bob + `"}]}]}`},
		{forGroups, "hidden", "PUT", "/Groups/" + team, `{` + groups + `"displayName":"covert team","members":[{"value":"` + ann + `"},{"value":"` + inner + `"}]}`},
		{forUsers, "covert", "GET", "/Users", ""},
		{forUsers, "covert", "GET", "/Users/" + ann, ""},
		{forUsers, "covert", "GET", "/Users/" + ann + "?attributes=groups.display,groups", ""},
		{forUsers, "covert", "GET", "/Users?filter=groups.value%20eq%20%22" + team + "%22", ""},
		{forUsers, "covert", "POST", "/.search", search(`"attributes":["groups"]`)},
		{forUsers, "covert", "PATCH", "/Users/" + ann, patchs + `[{"op":"replace","path":"title","value":"x"}]}`},
		{forUsers, "covert", "PATCH", "/Users/" + ann, patchs + `[{"op":"replace","path":"title","value":"x"}]}`},
		{forUsers, "covert", "PUT", "/Users/" + ann, `{` + users + `"userName":"hidden ann"}`},
	} {
		res, text := c.who.send(c.method, c.path, c.body)
		if res.StatusCode >= 300 || strings.Contains(text, c.hidden) {
			t.Errorf("%s %s: %d %s", c.method, c.path, res.StatusCode, text)
		}
		if c.method == "GET" {
			if _, text := both.send(c.method, c.path, ""); !strings.Contains(text, c.hidden) && !strings.Contains(c.path, "displayName") {
				t.Errorf("GET %s shows no names to a token that may read them: %s", c.path, text)
			}
		}
	}
	if _, text := forGroups.send("GET", "/Groups/"+team, ""); !strings.Contains(text, "covert inner") {
		t.Error("the name of a member that the token may read is not shown", text)
	}
	oracles(t, forGroups, forUsers, both)
	// A path selects by what the token may read: a guessed name removes no member, an id does.
	remove := func(path string) string {
		return patchs + `[{"op":"remove","path":"` + strings.ReplaceAll(path, `"`, `\"`) + `"}]}`
	}
	for path, left := range map[string]bool{`members[display eq "hidden ann"]`: true, `members[display sw "hidden"]`: true} {
		forGroups.send("PATCH", "/Groups/"+team, remove(path))
		if _, text := both.send("GET", "/Groups/"+team, ""); strings.Contains(text, "hidden ann") != left {
			t.Errorf("%s: %s", path, text)
		}
	}
	forGroups.send("PATCH", "/Groups/"+team, remove(`members[value eq "`+ann+`"]`))
	if _, text := both.send("GET", "/Groups/"+team, ""); strings.Contains(text, "hidden ann") {
		t.Error("an id removes no member", text)
	}
}

// oracles compares what filters and orders say of right and wrong guesses of a name.
func oracles(t *testing.T, forGroups, forUsers, both *client) {
	t.Helper()
	for _, c := range []struct {
		who          *client
		path         string
		right, wrong string
	}{
		{forUsers, "/Users?filter=groups.display%20co%20%22GUESS%22", "covert", "other"},
		{forUsers, "/Users?filter=groups%5Bdisplay%20sw%20%22GUESS%22%5D", "covert", "other"},
		{forUsers, "/Users?filter=not%20(groups.display%20co%20%22GUESS%22)", "covert", "other"},
		{forUsers, "/Users?filter=groups.display%20ge%20%22GUESS%22", "a", "z"},
		{forGroups, "/Groups?filter=members.display%20eq%20%22GUESS%22", "hidden ann", "other"},
		{forGroups, "/Groups?filter=members%5Bdisplay%20co%20%22GUESS%22%5D", "hidden", "other"},
		{forGroups, "/Groups?filter=not%20(members.display%20co%20%22GUESS%22)", "hidden", "other"},
	} {
		answers := map[string]bool{}
		for _, guess := range []string{c.right, c.wrong} {
			path := strings.ReplaceAll(c.path, "GUESS", strings.ReplaceAll(guess, " ", "%20"))
			_, text := c.who.send("GET", path+"&attributes=id", "")
			answers[text] = true
			_, text = both.send("GET", path+"&attributes=id", "")
			answers["both"+text] = true
		}
		if len(answers) != 3 {
			t.Errorf("%s tells right from wrong: %q", c.path, slices.Sorted(maps.Keys(answers)))
		}
	}
	ascending := func(c *client) string {
		_, text := c.send("GET", "/Users?sortBy=groups.display&attributes=id", "")
		return text
	}
	_, byID := forUsers.send("GET", "/Users?attributes=id", "")
	if ascending(forUsers) != byID || ascending(both) == byID {
		t.Error("an order tells names", ascending(forUsers), ascending(both))
	}
}

// TestConditionsAreNeverLost: an empty condition is refused, and several lines are one list.
func TestConditionsAreNeverLost(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, all := s.Tenant(t, "acme", nil)
	admin := &client{t, base, all}
	ann := admin.made("/Users", `{`+users+`"userName":"ann"}`)
	for i, c := range []struct {
		method string
		header []string
		status int
	}{
		{"PATCH", []string{"If-Match", ""}, 400},
		{"PATCH", []string{"If-Match", "  "}, 400},
		{"PATCH", []string{"If-Match", ","}, 400},
		{"PATCH", []string{"If-Match", "", "If-Match", ""}, 400},
		{"DELETE", []string{"If-Match", ""}, 400},
		{"PATCH", []string{"If-None-Match", ""}, 400},
		{"PUT", []string{"If-None-Match", " ,"}, 400},
		{"GET", []string{"If-None-Match", ""}, 400},
		{"GET", []string{"If-Match", ""}, 400},
		{"PATCH", []string{"If-Match", "x"}, 412},
		{"PATCH", []string{"If-Match", `W/"8"`, "If-Match", `W/"9"`}, 412},
		{"PATCH", []string{"If-None-Match", `W/"8"`, "If-None-Match", `W/"1"`}, 412},
		{"PATCH", []string{"If-None-Match", "", "If-None-Match", `W/"1"`}, 412},
		{"GET", []string{"If-None-Match", `W/"8"`, "If-None-Match", `W/"1"`}, 304},
		{"PATCH", []string{"If-Match", `W/"8"`, "If-Match", `W/"1"`}, 200},
	} {
		body := patchs + `[{"op":"replace","path":"title","value":"` + fmt.Sprint(i) + `"}]}`
		if c.method == "PUT" {
			body = `{` + users + `"userName":"ann"}`
		}
		if res, text := admin.send(c.method, "/Users/"+ann, body, c.header...); res.StatusCode != c.status {
			t.Errorf("%s %q: %d %s", c.method, c.header, res.StatusCode, text)
		}
	}
	for version, status := range map[string]string{`""`: "400", `" "`: "400", `5`: "400", `{}`: "400", `"x"`: "412", `"W/\"2\""`: "200", `null`: "200"} {
		_, text := admin.send("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"PATCH","path":"/Users/`+ann+`","version":`+version+`,"data":`+patchs+`[{"op":"add","path":"title","value":"14"}]}}]}`)
		if !strings.Contains(text, `"status":"`+status+`"`) {
			t.Errorf("version %s: %s", version, text)
		}
	}
	if res, _ := send(t, "GET", base+"/Users", nil, "Authorization", "Bearer "+all, "Authorization", "Bearer other"); res.StatusCode != http.StatusBadRequest {
		t.Error("two credentials", res.StatusCode)
	}
}
