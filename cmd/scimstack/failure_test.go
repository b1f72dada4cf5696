package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestErrorObject: with -o json or yaml the last line of standard error is the error as one object, also if a mistake on the command
// line is before -o, and standard output has nothing. Without -o it is text.
func TestErrorObject(t *testing.T) {
	t.Parallel()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	store := "sqlite:" + t.TempDir() + "/scim.db"
	for line, want := range map[string]errorFields{
		"tenant create acme --idp okta -o json --store " + store:      {},
		"tenant list -o json --store " + store + "x":                  {Status: 1, Message: "scimstack tenant create make the file"},
		"tenant list -v --output=yaml --store " + store + "x":         {Status: 1, Message: "make the file", Cause: "no such file"},
		"tenant list --nosuch -o json":                                {Status: 2, Message: "no flag --nosuch", Help: "scimstack tenant list --help"},
		"tenant pause acme --output yaml":                             {Status: 2, Message: "--reason is missing", Help: "scimstack tenant pause --help"},
		"tenant lst --nosuch -ojson":                                  {Status: 2, Message: "did you mean list?", Help: "scimstack tenant --help"},
		"token create acme --scopes \"<raed> --output json":           {Status: 2, Message: `unknown scope "\"<raed>"`, Help: "scimstack token create --help"},
		"replay none.json -o=json":                                    {Status: 2, Message: "cannot be read", Help: "scimstack replay --help"},
		"doctor http://127.0.0.1:1/scim/v2/acme -o json --timeout 1s": {Status: 1, Message: "check"},
	} {
		var out, errs bytes.Buffer
		cmd := exec.CommandContext(t.Context(), bin, strings.Fields(line)...)
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run() // its status is compared
		if status := cmd.ProcessState.ExitCode(); status != want.Status {
			t.Errorf("%s: status %d %s", line, status, errs.String())
		}
		if want.Status == 0 {
			continue
		}
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		var got errorObject
		err := json.Unmarshal([]byte(lines[len(lines)-1]), &got)
		if e := got.Error; err != nil || e.Status != want.Status || !strings.Contains(e.Message, want.Message) || e.Help != want.Help || (e.Cause == "") != (want.Cause == "") || !strings.Contains(e.Cause, want.Cause) {
			t.Errorf("%s: %v %s", line, err, errs.String())
		}
		if out.Len() > 0 && !strings.HasPrefix(line, "doctor") {
			t.Errorf("%s: standard output has %s", line, out.String())
		}
	}
	for _, line := range []string{"tenant list --nosuch -o table", "tenant list -o jsn", "tenant list --store " + store + "x"} {
		if status, out := runBinary(t, nil, strings.Fields(line)...); status == 0 || strings.Contains(out, `"error"`) || !strings.Contains(out, "scimstack: ") {
			t.Errorf("%s: %s", line, out)
		}
	}
}
