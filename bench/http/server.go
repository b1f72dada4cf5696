package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const token = "bench-of-requests-over-http"

// server is one server under test, in a process of its own.
type server struct {
	name  string
	cmd   *exec.Cmd
	host  string
	path  string   // before /Users
	users []string // ids, of which those from spare on are in no group
	group string   // id
	// next is the number of the next request of each client, by case: a change must be one, and a name new.
	next    map[string][]int
	clients int
	stderr  string // the file of what it says there, of a peer in another language
}

const (
	members = 1000 // of the group
	spare   = 100  // users that are in no group, and join and leave
)

type servers []*server

// start starts the servers that are asked for. Those that run are returned with an error too. A peer in
// another language that cannot run here is left out, with a line that says why.
func (o *options) start(ctx context.Context, dir string) (all servers, left []string, err error) {
	if !slices.Contains(strings.Split(o.servers, ","), "ours") {
		return nil, nil, errors.New("ours must be one of -servers: the others are compared with it")
	}
	if o.binary == "" {
		o.binary = filepath.Join(dir, "scimstack")
		build := exec.CommandContext(ctx, "go", "build", "-C", "..", "-trimpath", "-o", o.binary, "./cmd/scimstack") //nolint:gosec // a path of ours
		if build.Stderr = os.Stderr; build.Run() != nil {
			return nil, nil, errors.New("scimstack was not built; run this from the folder bench")
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range strings.Split(o.servers, ",") {
		s := &server{name: name, clients: o.clients, next: map[string][]int{}}
		_, foreign := peers[name]
		switch err := o.launch(ctx, s, self, dir); {
		case err == nil:
			all = append(all, s)
		case foreign && ctx.Err() == nil:
			left = append(left, leftOut(name, err))
		default:
			return all, left, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, left, nil
}

// launch starts one server, and installs it before if it is one of another language. self is this program.
func (o *options) launch(ctx context.Context, s *server, self, dir string) error {
	if peer, foreign := peers[s.name]; foreign {
		if err := s.prepare(ctx, peer, dir); err != nil {
			return err
		}
		return s.begin()
	}
	args := []string{self, "-serve", s.name}
	if s.name == "ours" {
		args = []string{o.binary, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=" + token}
	}
	s.cmd = exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // our own programs
	return s.begin()
}

// leftOut is the line for a peer that is not measured.
func leftOut(name string, err error) string {
	line := fmt.Sprintf("%s is left out: %s", name, err)
	fmt.Fprintln(os.Stderr, "\r\033[K"+line)
	return line
}

// begin starts the process, and returns when it says that it is ready and where.
func (s *server) begin() error {
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if s.stderr != "" {
		file, err := os.Create(s.stderr)
		if err != nil {
			return err
		}
		defer file.Close()
		s.cmd.Stderr = file
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	late := time.AfterFunc(time.Minute, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "base URL  "); ok {
			u, err := url.Parse(base)
			if err != nil {
				return err
			}
			s.host, s.path = u.Host, u.Path
		}
		if strings.HasPrefix(lines.Text(), "ready") {
			return nil
		}
	}
	_ = s.cmd.Wait()
	if said, _ := os.ReadFile(s.stderr); len(said) > 0 {
		return fmt.Errorf("the server ended before it was ready: %s", reason(said))
	}
	return errors.New("the server ended before it was ready")
}

func (all servers) stop() {
	for _, s := range all {
		_ = s.cmd.Process.Signal(os.Interrupt)
		done := time.AfterFunc(10*time.Second, func() { _ = s.cmd.Process.Kill() })
		_ = s.cmd.Wait()
		done.Stop()
	}
}

func (all servers) ours() *server {
	return all[slices.IndexFunc(all, func(s *server) bool { return s.name == "ours" })]
}

// isPeer reports whether the table is of use without the server.
func (s *server) isPeer() bool { return s.name != "ours" && !s.sends() }

// sends reports whether the server does no work, but sends what ours has answered.
func (s *server) sends() bool { return s.name == "hello" || s.name == "same" }

// agree checks the answer of a case on every server, and gives hello and same the bytes of ours to send. A peer whose
// answer is wrong is not measured: the row says why.
func (all servers) agree(c benchCase, r *row) error {
	got, err := all.ours().check(c)
	if err != nil {
		return fmt.Errorf("ours: %w", err)
	}
	for i, s := range all {
		switch {
		case s.sends():
			if err := s.answerWith(got); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		case s.isPeer():
			if _, err := s.check(c); err != nil {
				r.fail(i, err)
			}
		}
	}
	return nil
}
