package main

import (
	"strings"
	"testing"
)

// TestTableRecount: the built command recounts the tenants of a table, and says which counters were wrong.
func TestTableRecount(t *testing.T) {
	t.Parallel()
	on := []string{"--endpoint", endpoint(t).URL, "--table", "scim"}
	for _, step := range []struct {
		want   string
		status int
		args   []string
	}{
		{"ready", 0, []string{"table", "create"}},
		{"acme", 0, []string{"tenant", "create", "acme"}},
		{"1 tenant recounted", 0, []string{"table", "recount"}},
		{"acme    User   0        0       no", 0, []string{"table", "recount", "--tenant", "acme"}},
		{`"counted": 0`, 0, []string{"table", "recount", "-o", "json"}},
		{"no tenant globex", 1, []string{"table", "recount", "--tenant", "globex"}},
		{"tenant \"NOT/a\"", 2, []string{"table", "recount", "--tenant", "NOT/a"}},
	} {
		status, out := runBinary(t, nil, append(step.args, on...)...)
		if status != step.status || !strings.Contains(out, step.want) {
			t.Errorf("%v: status %d, %q, want %q", step.args, status, out, step.want)
		}
	}
}
