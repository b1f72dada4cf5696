package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestFeedGuides runs the commands of the guides about webhooks, Security Event Tokens, and groups to roles.
func TestFeedGuides(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: the guides are not run")
		}
	}
	for name, wants := range map[string][]string{
		"webhooks.md":        {"signing secret whsec_", "billing", "paused", "the receiver moves", "resumed", "1 facts are sent again", "0 facts are sent again", "old secret until  20", "is deleted", "dev-1"},
		"security-events.md": {`{"sets":{}}`, `{"sets":{"acme.1":"ey`, `"crv":"P-256"`},
		"groups-to-roles.md": {"ROLE", "admins", "Acme Admins", `the tenant has no group "Writers"`, "user.deactivated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := runGuide(t, name)
			for _, want := range wants {
				if !strings.Contains(out, want) {
					t.Errorf("the output has no %q:\n%s", want, out)
				}
			}
		})
	}
}
