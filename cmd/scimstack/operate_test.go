package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/operate"
)

// TestOperate: an operator's day on the processes that serve on one's own machine, through --server. The Lambda functions
// play the same steps in package lambdarun.
func TestOperate(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) (url string, flags []string){
		"serve": func(t *testing.T) (string, []string) {
			t.Helper()
			flags := administered(t, "sqlite:"+filepath.Join(t.TempDir(), "scim.db"))
			return flags[1], flags
		},
		"dev": func(t *testing.T) (string, []string) {
			t.Helper()
			return devAdministered(t)
		},
		"dev --store dynamodb": func(t *testing.T) (string, []string) {
			t.Helper()
			return devAdministered(t, "--store", storeDynamo)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, flags := start(t)
			var f adminFlags
			cmd := &cobra.Command{}
			f.add(cmd)
			if err := cmd.ParseFlags(flags); err != nil {
				t.Fatal(err)
			}
			cmd.SetContext(t.Context())
			api, _, closed, err := f.open(cmd)
			if err != nil {
				t.Fatal(err)
			}
			defer closed()
			operate.Play(t, operate.Target{API: api, Base: url + "/scim/v2", Corpus: "../../testdata/idp-corpus/entra.json"})
		})
	}
}

// devAdministered starts `scimstack dev --admin` and returns its URL, and the flags that reach its administration.
func devAdministered(t *testing.T, args ...string) (url string, flags []string) {
	t.Helper()
	p := startBinary(t, append([]string{"--admin", "--addr", "127.0.0.1:0", "--tenant", "name=other"}, args...)...)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(value(p.lines, "operator")), 0o600); err != nil {
		t.Fatal(err)
	}
	url = strings.TrimSuffix(value(p.lines, "admin"), "/admin/v1")
	return url, []string{"--server", url, "--operator-token-file", file}
}
