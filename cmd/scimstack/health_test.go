package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestHealth: the tenants of a store in a table, the worst first, and one tenant with what to do.
func TestHealth(t *testing.T) {
	t.Parallel()
	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	s := startServe(t, nil, "--store", store, "--tenant", "name=acme,idp=okta", "--tenant", "name=globex,idp=entra")
	token := value(s.lines, "token")
	for range 3 {
		get(t, s.base+"/Users", token)
		get(t, strings.TrimSuffix(s.base, "acme")+"globex/Users", "wrong")
	}
	table := eventually(t, "failing", "health", "--store", store)
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if len(rows) != 3 || !strings.HasPrefix(rows[0], "TENANT") || !strings.HasPrefix(rows[1], "globex  failing") || !strings.Contains(rows[1], "Unknown token: 3 requests") || !strings.HasPrefix(rows[2], "acme    ok") {
		t.Error(table)
	}
	one, err := command(t, "health", "globex", "--store", store)
	if err != nil || !strings.Contains(one, "enter the complete token") || !strings.Contains(one, "3 of 3 failed in the last hour") || !strings.Contains(one, "No request has come yet") {
		t.Error(err, one)
	}
	if one, err = command(t, "health", "acme", "--store", store); err != nil || !strings.Contains(one, "0 of 3 failed in the last hour") {
		t.Error(err, one)
	}
	for args, more := range map[string]bool{"-n 1": true, "-n 1 -o json": true, "-n 2": false, "--count 6000 -o yaml": false} {
		var out, said strings.Builder
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetErr(&said)
		cmd.SetArgs(append([]string{"health", "--store", store}, strings.Fields(args)...))
		if err := cmd.ExecuteContext(t.Context()); err != nil || out.Len() == 0 || strings.Contains(args, "-o") && strings.Contains(out.String(), "there are") || strings.Contains(out.String()+said.String(), "there are more tenants; --count 10 shows more") != more {
			t.Errorf("%s: %s %s %v", args, &out, &said, err)
		}
	}
	for args, want := range map[string]string{"health initech": "there is no tenant initech", "health -": "tenant id must be", "health acme globex": "at most 1"} {
		if _, err := command(t, append(strings.Fields(args), "--store", store)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
