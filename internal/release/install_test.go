package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// building skips a test that builds programs, unless scripts/release.sh runs it.
func building(t *testing.T) {
	t.Helper()
	if os.Getenv("SCIMSTACK_RELEASE") == "" {
		t.Skip("builds the program: run by scripts/release.sh")
	}
}

// installed is the program of `go install …/cmd/scimstack@VERSION`, from a module proxy of files, with the flags of a release.
func installed(t *testing.T) (program, version string) {
	t.Helper()
	of := commit(t)
	version = "v0.0.1-check" // always the same, so that packages that did not change are not compiled again
	forget(t)
	bin := t.TempDir()
	env := []string{
		"GOBIN=" + bin, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GONOSUMDB=" + modulePath,
		"GOPROXY=file://" + proxy(t, of, version) + "," + run(t, nil, "go", "env", "GOPROXY"),
	}
	config := read(t, ".goreleaser.yaml")
	for _, flag := range []string{"-trimpath", `"-s -w"`, "CGO_ENABLED=0"} {
		if !strings.Contains(config, flag) {
			t.Errorf(".goreleaser.yaml builds without %s, this test with it", flag)
		}
	}
	run(t, env, "go", "install", "-trimpath", "-ldflags=-s -w", modulePath+"/cmd/scimstack@"+version)
	return filepath.Join(bin, "scimstack"), version
}

// forget removes versions of the module from the cache of modules: there are no others in it than those of this test.
func forget(t *testing.T) {
	t.Helper()
	cache := run(t, nil, "go", "env", "GOMODCACHE")
	clean := func() {
		old, _ := filepath.Glob(filepath.Join(cache, filepath.FromSlash(modulePath)+"@v0.0.1-check*"))
		downloads, _ := filepath.Glob(filepath.Join(cache, "cache", "download", filepath.FromSlash(modulePath), "@v", "v0.0.1-check*"))
		for _, path := range append(old, downloads...) {
			_ = filepath.WalkDir(path, func(at string, d os.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					err = os.Chmod(at, 0o700)
				}
				return err
			})
			_ = os.RemoveAll(path)
		}
	}
	clean()
	t.Cleanup(clean)
}

// TestInstall: `go install` of a version builds a program that knows its version; the image made of it by the Dockerfile
// serves, and its health check says so.
func TestInstall(t *testing.T) {
	building(t)
	program, version := installed(t)
	var row struct{ Version, Platform string }
	if err := json.Unmarshal([]byte(run(t, nil, program, "version", "-o", "json")), &row); err != nil {
		t.Fatal(err)
	}
	if row.Version != version || row.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%+v, want %s", row, version)
	}
	t.Run("image", func(t *testing.T) { serveImage(t, program) })
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
