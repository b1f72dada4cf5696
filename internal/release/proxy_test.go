package release

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const (
	modulePath = "github.com/scimstack/scimstack"
	top        = "../.."
)

// run runs a program in the repository and returns what it prints.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = top, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.Join(err, errors.New(string(exit.Stderr)))
		}
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

// commit is the commit that holds the files of the working copy as they are now; HEAD, if nothing was changed.
func commit(t *testing.T) string {
	t.Helper()
	as := []string{"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com"}
	if changed := run(t, as, "git", "stash", "create"); changed != "" {
		return changed
	}
	return run(t, nil, "git", "rev-parse", "HEAD")
}

// proxy writes a module proxy of files that has one version of the module, made of a commit, as if the commit had a tag.
// The zip is made by the rules for names and sizes that the Go command has.
func proxy(t *testing.T, commit, version string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	at := filepath.Join(folder, filepath.FromSlash(modulePath), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"list": version + "\n", version + ".info": string(info), version + ".mod": run(t, nil, "git", "show", commit+":go.mod") + "\n"}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(at, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(filepath.Join(at, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir() // a repository whose .git is a folder, which that of a second working copy is not
	run(t, nil, "git", "clone", "-q", "--shared", "--no-checkout", ".", root)
	if err := errors.Join(zip.CreateFromVCS(out, module.Version{Path: modulePath, Version: version}, root, commit, ""), out.Close()); err != nil {
		t.Fatal(err)
	}
	return folder
}
