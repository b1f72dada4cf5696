package dialect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/dialect"
)

// TestProfiles: every profile says what an administrator needs, and has quirks that are
// listed; every list of quirks has its profile.
func TestProfiles(t *testing.T) {
	t.Parallel()
	all := quirks(t)
	prefixes := map[string]bool{"COMMON": false}
	for _, q := range all {
		prefix, _, _ := strings.Cut(q.id, "-")
		prefixes[prefix] = false
	}
	for _, p := range dialect.Profiles() {
		if found, ok := dialect.ByName(p.Name); !ok || found.Title != p.Title {
			t.Errorf("%s is found as %q", p.Name, found.Title)
		}
		if p.Title == "" || p.Evidence == "" || p.URLField == "" || p.AuthField == "" {
			t.Errorf("%s lacks a name, its evidence or a field", p.Name)
		}
		if slices.ContainsFunc([]int{len(p.Console), len(p.Attributes), len(p.Avoid), len(p.Limits)}, func(n int) bool { return n == 0 }) {
			t.Errorf("%s lacks steps, attributes, warnings or limits", p.Name)
		}
		if used, known := prefixes[p.Quirks]; !known || used {
			t.Errorf("%s: quirks %q are another's or nobody's", p.Name, p.Quirks)
		}
		prefixes[p.Quirks] = true
	}
	for prefix, used := range prefixes {
		if !used && prefix != "COMMON" {
			t.Errorf("quirks %s have no profile", prefix)
		}
	}
	if _, ok := dialect.ByName("nobody"); ok {
		t.Error("a profile without a name is found")
	}
}
