package sqltest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// startPostgres starts a server on loopback in a temporary folder, as user postgres if the tests are run
// by root, whom the server refuses.
func startPostgres() (address string, stop func(), missing string) {
	bin := binaries()
	if bin == "" {
		return "", nil, "there is no pg_ctl; install it (apt-get install postgresql) or set " + postgresVariable
	}
	dir, err := os.MkdirTemp("", "scimstack-postgres-")
	if err != nil {
		return "", nil, err.Error()
	}
	remove := func() { _ = os.RemoveAll(dir) }
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			remove()
			return "", nil, "run by root, and there is no user postgres"
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		_ = os.Chown(dir, uid, gid)
	}
	run := func(name string, args ...string) error {
		cmd := exec.CommandContext(context.Background(), filepath.Join(bin, name), args...) //nolint:gosec // the server that is installed
		cmd.SysProcAttr, cmd.Dir = as, dir
		log, err := os.Create(filepath.Join(dir, name+".out"))
		if err != nil {
			return err
		}
		defer func() { _ = log.Close() }()
		cmd.Stdout, cmd.Stderr = log, log
		return cmd.Run()
	}
	port := freePort()
	data := filepath.Join(dir, "data")
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c max_connections=400 -c fsync=off", port, dir)
	err = run("initdb", "-D", data, "-U", "scim", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	if err == nil {
		err = run("pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "-l", filepath.Join(dir, "log"), "start")
	}
	if err != nil {
		remove()
		return "", nil, "the server does not start: " + err.Error()
	}
	return fmt.Sprintf("postgres://scim@127.0.0.1:%d/postgres?sslmode=disable", port), func() {
		_ = run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
		remove()
	}, ""
}

// binaries is the folder of the newest server, "" if there is none.
func binaries() string {
	if p, err := exec.LookPath("pg_ctl"); err == nil {
		return filepath.Dir(p)
	}
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	slices.SortFunc(all, func(a, b string) int { return len(a) - len(b) + 2*strings.Compare(a, b) })
	if len(all) == 0 {
		return ""
	}
	return filepath.Dir(all[len(all)-1])
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of a test
	if err != nil {
		return 0
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
