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
}

const (
	members = 1000 // of the group
	spare   = 100  // users that are in no group, and join and leave
)

type servers []*server

// start starts the servers that are asked for. Those that run are returned with an error too.
func (o *options) start(ctx context.Context, dir string) (all servers, err error) {
	if !slices.Contains(strings.Split(o.servers, ","), "ours") {
		return nil, errors.New("ours must be one of -servers: the others are compared with it")
	}
	if o.binary == "" {
		o.binary = filepath.Join(dir, "scimstack")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-C", "..", "-o", o.binary, "./cmd/scimstack") //nolint:gosec // a path of ours
		if build.Stderr = os.Stderr; build.Run() != nil {
			return nil, errors.New("scimstack was not built; run this from the folder bench")
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, name := range strings.Split(o.servers, ",") {
		args := []string{self, "-serve", name}
		if name == "ours" {
			args = []string{o.binary, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=" + token}
		}
		s := &server{name: name, clients: o.clients, next: map[string][]int{}, cmd: exec.CommandContext(ctx, args[0], args[1:]...)} //nolint:gosec // our own programs
		if err := s.begin(); err != nil {
			return all, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// begin starts the process, and returns when it says that it is ready and where.
func (s *server) begin() error {
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
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

// agree checks the answer of a case on every server, and gives hello the bytes of ours to send.
func (all servers) agree(c benchCase) error {
	got, err := all.ours().check(c)
	if err != nil {
		return err
	}
	for _, s := range all {
		switch s.name {
		case "ours":
		case "hello":
			err = s.answerWith(got)
		default:
			_, err = s.check(c)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}
