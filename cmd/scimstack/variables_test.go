package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestMisspeltVariables: a variable that is nearly one of the program's is named, whichever command runs. Those of others, empty ones and
// right ones are not.
func TestMisspeltVariables(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"SCIMSTACK_STROE=x":        "did you mean SCIMSTACK_STORE?",
		"SCIMSTACK_ADRR=x":         "did you mean SCIMSTACK_ADDR?",
		"SCIMSTACK_TOKN=x":         "did you mean SCIMSTACK_TOKEN?",
		"SCIMSTACK_TLSCERT=x":      "did you mean SCIMSTACK_TLS_CERT?",
		"SCIMSTACK_OPERATOR_TOKNE": "",
		"SCIMSTACK_STROE=":         "",
		"SCIMSTACK_STORE=x":        "",
		"SCIMSTACK_PORT=x":         "", // of Kubernetes
		"SCIMSTACK_SERVICE_HOST=x": "",
		"SCIMSTACK_POSTGRES=x":     "", // of the tests
		"STROE=x":                  "",
	} {
		cmd := root()
		var out bytes.Buffer
		cmd.SetErr(&out)
		misspelt(cmd, []string{"PATH=/bin", name})
		if got := out.String(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, args := range [][]string{{"version"}, {"tenant", "list", "-o", "json"}} {
		if _, text := runBinary(t, []string{"SCIMSTACK_STORE=sqlite:" + t.TempDir() + "/x.db", "SCIMSTACK_STROE=x"}, args...); !strings.Contains(text, "did you mean SCIMSTACK_STORE?") {
			t.Errorf("%v: %s", args, text)
		}
	}
}

// TestUnknownCommandBeforeFlags: a word that is no command is the mistake, and not the flags of the command that was meant.
func TestUnknownCommandBeforeFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"token", "lst", "acme", "--store", "x"}, {"tenant", "sow", "acme", "-o", "json"}, {"webhok", "--store=x"}} {
		status, text := runBinary(t, nil, args...)
		if status != statusUsage || !strings.Contains(text, "unknown command") || !strings.Contains(text, "did you mean") {
			t.Errorf("%v: %d, %s", args, status, text)
		}
	}
}
