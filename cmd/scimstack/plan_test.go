package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlan: a search is explained without a store, and a wrong one is a mistake of the command line.
func TestPlan(t *testing.T) {
	t.Parallel()
	status, text := runBinary(t, nil, "explain", `userName sw "Jo" and active eq true`, "-o", "json")
	var row planRow
	if err := json.Unmarshal([]byte(text), &row); status != 0 || err != nil || row.Reads != `range of userName: begins with "jo"` || !strings.Contains(row.Bound, "100000") {
		t.Errorf("status %d, %v: %s", status, err, text)
	}
	if status, text := runBinary(t, nil, "explain", "", "--sort-by", "userName", "--descending"); status != 0 || !strings.Contains(text, "the index of userName") {
		t.Errorf("status %d: %s", status, text)
	}
	status, text = runBinary(t, nil, "explain", `meta.lastModified gt "2026-01-02T03:04:05Z"`, "--indexes", "title,meta.lastModified", "-o", "json")
	if err := json.Unmarshal([]byte(text), &row); status != 0 || err != nil || row.Reads != `range of meta.lastModified: from "2026-01-02t03:04:05.000z"` {
		t.Errorf("status %d, %v: %s", status, err, text)
	}
	for _, args := range [][]string{{"explain", "", "--indexes", "password"}, {"explain", "", "--store", "sqlite:x"}, {"explain", "", "--tenant", "-"}, {"explain", "userName"}, {"explain", `shoe eq "x"`}, {"explain", "", "--type", "Robot"}, {"explain"}} {
		if status, text := runBinary(t, nil, args...); status != 2 {
			t.Errorf("%v: status %d: %s", args, status, text)
		}
	}
}

// TestPlanOfTenant: a search is explained by the schemas, indexes and limits of a tenant, on a store and through a service,
// and what a search did is in its record.
func TestPlanOfTenant(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, badge := "sqlite:"+filepath.Join(dir, "scim.db"), filepath.Join(dir, "badge.json")
	if err := os.WriteFile(badge, []byte(exampleSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, nil, "--store", store, "--tenant", "name=acme")
	on := administered(t, store)
	for _, line := range []string{"tenant create other --set indexes=title --set limits.maxScan=30000", "schema put other " + badge} {
		if out, err := command(t, append(strings.Fields(line), "--store", store)...); err != nil {
			t.Fatal(out, err)
		}
	}
	for _, way := range [][]string{{"--store", store}, on} {
		for _, c := range []struct {
			filter, tenant, want string
			more                 []string
			status               int
		}{
			{`title eq "x"`, "other", `"reads": "look up title \"x\""`, nil, 0},
			{`title eq "x"`, "acme", `"reads": "all resources"`, nil, 0},
			{`title eq "x"`, "acme", `"reads": "look up title \"x\""`, []string{"--indexes", "title"}, 0},
			{`title eq "x"`, "other", `"reads": "look up title \"x\""`, []string{"--indexes", "title,meta.lastModified"}, 0},
			{`active eq false`, "other", "at most 30000 resources (5701 RRU) by startIndex, 20000 resources (3801 RRU) by cursor", nil, 0},
			{`urn:example:params:scim:schemas:extension:acme:2.0:User:badge pr`, "other", `"reads": "all resources"`, nil, 0},
			{`urn:example:params:scim:schemas:extension:acme:2.0:User:badge pr`, "acme", "badge", nil, 2},
			{`title eq "x"`, "none", "there is no tenant none", nil, 1},
		} {
			args := append([]string{"explain", c.filter, "--tenant", c.tenant, "-o", "json"}, append(c.more, way...)...)
			if status, out := runBinary(t, nil, args...); status != c.status || !strings.Contains(out, c.want) {
				t.Errorf("%v: status %d, want %d and %q: %s", args, status, c.status, c.want, out)
			}
		}
	}
	send(t, "POST", s.base+"/Users", value(s.lines, "token"), `{"userName":"jane@acme.com"}`)
	send(t, "GET", s.base+"/Users?filter=userName+sw+%22ja%22+and+active+eq+true", value(s.lines, "token"), "")
	rows := eventually(t, "search", "log", "--tenant", "acme", "--store", store, "-o", "json")
	if !strings.Contains(rows, `"plan": "range userName, residual"`) || !strings.Contains(rows, `"read": 1`) || strings.Contains(rows, `ja\"`) {
		t.Errorf("the record of the search: %s", rows)
	}
	var records []struct{ ID, Operation string }
	if err := json.Unmarshal([]byte(rows), &records); err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Operation == "search" {
			out, err := command(t, "log", "explain", r.ID, "--base", s.base, "--token", value(s.lines, "token"))
			if err != nil || !strings.Contains(out, "Plan       range userName, residual; 1 resource read") {
				t.Errorf("%v %s", err, out)
			}
		}
	}
}
