package release

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"
)

// TestChangelog: what is not released comes first, then the versions, the newest first; and there is a promise for each
// surface, whose proof exists.
func TestChangelog(t *testing.T) {
	t.Parallel()
	text := read(t, "CHANGELOG.md")
	var sections []string
	for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(text, -1) {
		sections = append(sections, m[1])
	}
	if len(sections) < 2 || sections[0] != "Versions and compatibility" || sections[1] != "Unreleased" {
		t.Fatal(sections)
	}
	last := ""
	for _, s := range sections[2:] {
		m := regexp.MustCompile(`^(\d+\.\d+\.\d+(?:-[0-9a-z.]+)?), \d{4}-\d\d-\d\d$`).FindStringSubmatch(s)
		if m == nil {
			t.Errorf("%q is no version and date, such as 1.2.3, 2026-01-31", s)
			continue
		}
		if last != "" && semver.Compare("v"+m[1], last) >= 0 {
			t.Errorf("%s comes after %s", m[1], last)
		}
		last = "v" + m[1]
	}
	_, promise, _ := strings.Cut(text, "## Versions and compatibility")
	promise, _, _ = strings.Cut(promise, "\n## ")
	for _, row := range []string{"| Go API |", "| HTTP |", "| CLI |", "| Table |", "| Events |"} {
		if !strings.Contains(promise, row) {
			t.Errorf("no promise: %s", row)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z]+/[a-zA-Z0-9/._-]+)`").FindAllStringSubmatch(promise, -1) {
		if strings.Contains(m[1], "…") || strings.HasSuffix(m[1], "/") {
			continue
		}
		if _, err := os.Stat(filepath.Join(top, m[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestReleaseConfig: the release has the five platforms, and only files that exist; its scripts and workflows name scripts
// that exist.
func TestReleaseConfig(t *testing.T) {
	t.Parallel()
	var config struct {
		Builds []struct {
			Main    string
			Targets []string
		}
		Archives []struct{ Files []struct{ Src string } }
		Dockers  []struct {
			Dockerfile string
			Extra      []string `yaml:"extra_files"`
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, ".goreleaser.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	want := []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64"}
	if len(config.Builds) != 1 || len(config.Archives) != 1 || len(config.Dockers) != 2 {
		t.Fatalf("%+v", config)
	}
	if got := slices.Sorted(slices.Values(config.Builds[0].Targets)); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	files := []string{config.Builds[0].Main}
	for _, f := range config.Archives[0].Files {
		files = append(files, f.Src)
	}
	for _, d := range config.Dockers {
		files = append(append(files, d.Dockerfile), d.Extra...)
	}
	for _, name := range []string{"Makefile", ".ci/run", ".github/workflows/ci.yml", ".github/workflows/release.yml", ".github/workflows/docs.yml", "scripts/snapshot.sh", "scripts/release.sh"} {
		files = append(files, regexp.MustCompile(`(?:scripts|\.ci)/[a-z0-9-]+(?:\.sh)?`).FindAllString(read(t, name), -1)...)
	}
	if len(files) < 40 {
		t.Error(files)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(top, name)); err != nil {
			t.Error(err)
		}
	}
}
