package dialect_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/dialect"
)

// TestProfiles: every profile has what an administrator needs, and quirks that are listed; every
// list of quirks has a profile.
func TestProfiles(t *testing.T) {
	t.Parallel()
	prefixes := map[string]bool{"COMMON": true}
	for _, q := range quirks(t) {
		prefix, _, _ := strings.Cut(q.id, "-")
		prefixes[prefix] = prefix == "COMMON"
	}
	for _, p := range dialect.Profiles() {
		if found, ok := dialect.ByName(p.Name); !ok || found.Title != p.Title {
			t.Errorf("%s is found as %q", p.Name, found.Title)
		}
		complete(t, p)
		if used, known := prefixes[p.Quirks]; !known || used {
			t.Errorf("%s: quirks %q are unknown or belong to another profile", p.Name, p.Quirks)
		}
		prefixes[p.Quirks] = true
	}
	for prefix, used := range prefixes {
		if !used {
			t.Errorf("quirks %s have no profile", prefix)
		}
	}
	for _, name := range []string{"none", "", "../profiles/okta"} {
		if _, ok := dialect.ByName(name); ok {
			t.Errorf("there is a profile %q", name)
		}
	}
}

func complete(t *testing.T, p dialect.Profile) {
	t.Helper()
	for _, text := range []string{p.Title, p.Evidence, p.URLField, p.AuthField} {
		if text == "" {
			t.Errorf("%s lacks a title, its evidence or a field", p.Name)
		}
	}
	for _, n := range []int{len(p.Console), len(p.Attributes), len(p.Avoid), len(p.Limits)} {
		if n == 0 {
			t.Errorf("%s lacks steps, attributes, warnings or limits", p.Name)
		}
	}
}

// TestProfilesAreTheCallers: a caller that changes a profile changes its own copy.
func TestProfilesAreTheCallers(t *testing.T) {
	t.Parallel()
	dialect.Profiles()[0].Console[0] = "changed"
	if again := dialect.Profiles()[0].Console[0]; again == "changed" {
		t.Error("two calls share a profile")
	}
}

// BenchmarkStandard is what a program pays at its start.
func BenchmarkStandard(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		dialect.Standard()
	}
}

// BenchmarkByName is what a look at one profile costs, BenchmarkProfiles one at all of them.
func BenchmarkByName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		dialect.ByName(dialect.Entra)
	}
}

func BenchmarkProfiles(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		dialect.Profiles()
	}
}
