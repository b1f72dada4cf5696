package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogBesideService: the administration beside a service has in its log what the service has answered just now, in
// memory and in a file.
func TestLogBesideService(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"memory": nil, "file": {"--data", filepath.Join(t.TempDir(), "scim.db")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, flags := devAdministered(t, args...)
			operator, err := os.ReadFile(flags[len(flags)-1])
			if err != nil {
				t.Fatal(err)
			}
			for n, path := range []string{"/admin/v1/log", "/admin/v1/tenants/other/log"} {
				if status, body := get(t, url+"/scim/v2/other/Users", "wrong"); status != http.StatusUnauthorized {
					t.Fatal(status, string(body))
				}
				if _, body := get(t, url+path+"?failed=true", string(operator)); strings.Count(string(body), `"status":401`) != n+1 {
					t.Errorf("%s after %d requests: %s", path, n+1, body)
				}
			}
		})
	}
}
