package main

import (
	"strings"
	"testing"
)

// TestTenantUpkeep: reindex and recount of one tenant on a table, and through a service over it. A store that has no
// counters says so with status 1, and wrong usage is status 2.
func TestTenantUpkeep(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	table := []string{"--endpoint", server.URL, "--table", "scim"}
	for _, args := range [][]string{{"table", "create"}, {"tenant", "create", "acme"}} {
		if _, err := command(t, append(args, table...)...); err != nil {
			t.Fatal(err)
		}
	}
	_, served := devAdministered(t, append([]string{"--store", storeDynamo}, table...)...)
	_, memory := devAdministered(t)
	for way, on := range map[string][]string{"table": table, "--server": served, "memory": memory} {
		for _, c := range []struct {
			args   []string
			want   string
			status int
		}{
			{[]string{"tenant", "reindex", "acme", "-o", "json"}, `"done": true`, 0},
			{[]string{"tenant", "reindex", "acme", "--all", "-q"}, "written", 0},
			{[]string{"tenant", "recount", "acme"}, "acme    User   0        0       no", 0},
			{[]string{"tenant", "recount", "unknown"}, "there is no tenant unknown", 1},
			{[]string{"tenant", "reindex"}, "arg", 2},
		} {
			if way == "memory" && c.status == 0 {
				c.args[2] = "other"
				if c.args[1] == "recount" {
					c.want, c.status = "nothing is to be done", 1
				}
			}
			status, out := runBinary(t, nil, append(c.args, on...)...)
			if status != c.status || !strings.Contains(out, c.want) {
				t.Errorf("%s %v: %d %s, want %d %s", way, c.args, status, out, c.status, c.want)
			}
		}
	}
}
