package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// foreign is a peer in another language. Its folder is below peers, with its program and the exact versions
// of what that needs; both commands run in a copy of the folder.
type foreign struct {
	needs   []string   // programs of the machine
	install [][]string // commands that fetch and build
	run     []string   // its server: it prints where it is and that it is ready, as ours does
}

var peers = map[string]foreign{
	"scimmy": {
		needs:   []string{"node", "npm"},
		install: [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}},
		run:     []string{"node", "server.mjs"},
	},
	"scim2-server": {
		needs:   []string{"python3"},
		install: [][]string{{"python3", "-m", "venv", "venv"}, {"venv/bin/pip", "install", "-q", "--no-deps", "-r", "requirements.txt"}},
		run:     []string{"venv/bin/python", "server.py"},
	},
	"scim-sdk": {
		needs: []string{"java", "javac", "mvn"},
		install: [][]string{
			{"mvn", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies", "-q", "-B", "-DoutputDirectory=lib", "-DincludeScope=runtime"},
			{"javac", "-d", "classes", "-cp", "lib/*", "Server.java"},
		},
		run: []string{"java", "-cp", "classes:lib/*", "Server"},
	},
}

// prepare installs a peer, if that was not done before, and makes the command that starts it. The error says
// why it cannot run here.
func (s *server) prepare(ctx context.Context, p foreign, dir string) error {
	for _, program := range p.needs {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not installed", program)
		}
	}
	work, err := p.installed(ctx, s.name)
	if err != nil {
		return err
	}
	s.stderr = filepath.Join(dir, s.name+".stderr")
	s.cmd = exec.CommandContext(ctx, p.run[0], p.run[1:]...) //nolint:gosec // of the table above
	s.cmd.Dir = work
	return nil
}

// installed is the folder where a peer is installed, below bin of this repository. One that was installed
// from the same files before is taken as it is.
func (p foreign) installed(ctx context.Context, name string) (string, error) {
	source, err := filepath.Abs(filepath.Join("http", "peers", name))
	if err != nil {
		return "", err
	}
	work, err := filepath.Abs(filepath.Join("..", "bin", "bench-peers", name))
	if err != nil {
		return "", err
	}
	done := filepath.Join(work, ".installed")
	if _, err := os.Stat(done); err == nil && copied(source, work) {
		return work, nil
	}
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	if err := os.CopyFS(work, os.DirFS(source)); err != nil {
		return "", fmt.Errorf("its folder cannot be copied; run this from the folder bench: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for _, step := range p.install {
		fmt.Fprintf(os.Stderr, "\r\033[K%s: %s", name, strings.Join(step, " "))
		cmd := exec.CommandContext(ctx, step[0], step[1:]...) //nolint:gosec // of the table above
		cmd.Dir, cmd.WaitDelay = work, time.Second
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %s", filepath.Base(step[0]), err, reason(out))
		}
	}
	return work, os.WriteFile(done, nil, 0o600)
}

// copied reports whether each file of one folder is in another, too, and the same there.
func copied(from, to string) bool {
	return fs.WalkDir(os.DirFS(from), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a, err := os.ReadFile(filepath.Join(from, path)) //nolint:gosec // a file of this repository
		if err != nil {
			return err
		}
		if b, err := os.ReadFile(filepath.Join(to, path)); err != nil || !bytes.Equal(a, b) { //nolint:gosec // its copy
			return errors.New("it differs")
		}
		return nil
	}) == nil
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// reason is the line of an output that says what is wrong: the first with an error, or the last.
func reason(out []byte) string {
	lines := strings.Split(strings.TrimSpace(colour.ReplaceAllString(string(out), "")), "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(strings.ToLower(line), "error") })
	line := lines[len(lines)-1]
	if at >= 0 {
		line = lines[at]
	}
	return line[:min(len(line), 200)]
}
