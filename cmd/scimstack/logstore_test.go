package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// send sends a request with a body and returns the id in the answer.
func send(t *testing.T, method, url, token, body string) (id string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	_ = json.NewDecoder(res.Body).Decode(&answer) // of a deletion there is none
	if res.StatusCode >= 300 {
		t.Fatal(method, url, res.Status)
	}
	return answer.ID
}

// TestLogOfAPerson: one command shows what happened to a person who was deleted, by the name that
// everybody knows, over HTTP and in a store; and one shows the logs of all tenants.
func TestLogOfAPerson(t *testing.T) {
	t.Parallel()
	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	s := startServe(t, nil, "--store", store, "--tenant", "name=acme,idp=okta", "--tenant", "name=globex")
	token, other := value(s.lines, "token"), ""
	for _, line := range s.lines {
		if v, ok := strings.CutPrefix(line, "token"); ok {
			other = strings.TrimSpace(v)
		}
	}
	jane := send(t, "POST", s.base+"/Users", token, `{"userName":"jane@acme.com","externalId":"E1"}`)
	group := send(t, "POST", s.base+"/Groups", token, `{"displayName":"Admins","members":[{"value":"`+jane+`"}]}`)
	send(t, "PATCH", s.base+"/Users/"+jane, token, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`)
	send(t, "DELETE", s.base+"/Groups/"+group, token, "")
	send(t, "DELETE", s.base+"/Users/"+jane, token, "")
	send(t, "POST", strings.TrimSuffix(s.base, "acme")+"globex/Users", other, `{"userName":"joe@globex.com"}`)
	all := eventually(t, "globex", "log", "--all-tenants", "--store", store)
	var verbs []string
	for line := range strings.Lines(all) {
		verbs = append(verbs, strings.Join(strings.Fields(line)[:2], " "))
	}
	if got := strings.Join(verbs, ", "); got != "created acme, created acme, deactivated acme, deleted acme, deleted acme, created globex" {
		t.Errorf("%s\n%s", got, all)
	}
	const want = "created, joined, deactivated, left, deleted"
	for _, args := range []string{
		"log --user jane@acme.com --tenant acme --store " + store, "log --user JANE@acme.com --all-tenants --store " + store, "log --user " + jane + " --tenant acme --store " + store,
		"log --user E1 --base " + s.base + " --token " + token, "log --user jane@acme.com --base " + s.base + " --token " + token, "log show jane@acme.com --base " + s.base + " --token " + token,
	} {
		out, err := command(t, strings.Fields(args)...)
		verbs = verbs[:0]
		for line := range strings.Lines(out) {
			verbs = append(verbs, strings.Fields(line)[0])
		}
		if got := strings.Join(verbs, ", "); err != nil || got != want {
			t.Errorf("%s: %v %s\n%s", args, err, got, out)
		}
	}
	for args, want := range map[string]string{
		"log --user unknown --tenant acme --store " + store:         `no record of "unknown"`,
		"log --user jane@acme.com --tenant globex --store " + store: "no record of",
		"log --user jane@acme.com --tenant none --store " + store:   "there is no tenant none",
		"log --tenant - --store " + store:                           "tenant id must be",
		"log --all-tenants --store " + store + " --base " + s.base:  "leave one of them out",
		"log --user unknown --base " + s.base + " --token " + token: `no record of "unknown"`,
		"log show unknown --base " + s.base + " --token " + token:   "the log knows none that had it",
	} {
		if out, err := command(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v %s", args, err, out)
		}
	}
	if out, err := command(t, "log"); err != nil || !strings.Contains(out, "--all-tenants") {
		t.Error(err, out)
	}
}
