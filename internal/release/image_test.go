package release

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// unpack makes the root of the image in a folder, as the Dockerfile says.
func unpack(t *testing.T, m image, program string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range m.copies {
		from, to := filepath.Join(top, c[0]), filepath.Join(root, c[1])
		if c[0] == "scimstack" {
			from = program
		}
		info, err := os.Stat(from)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			if strings.HasSuffix(c[1], "/") {
				to = filepath.Join(to, filepath.Base(from))
			}
			err = copyFile(from, to, info.Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(filepath.Join(root, m.workdir), 65532, 65532); err != nil {
		t.Fatal(err)
	}
	return root
}

func copyFile(from, to string, mode os.FileMode) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, mode)
}

// inside is a command of the image, in its root, as its user and with its environment alone.
func inside(t *testing.T, m image, root string, command []string, env ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	return &exec.Cmd{
		Path: command[0], Args: command, Dir: m.workdir, Env: append(append([]string{}, m.env...), env...), Stdout: out, Stderr: out,
		SysProcAttr: &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}},
	}, out
}

// serveImage starts the image as a container engine would, in a chroot, and waits until its health check passes. Once it
// has ended, the check fails.
func serveImage(t *testing.T, program string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may change the root folder; an image is started by scripts/snapshot.sh where there is a container engine")
	}
	m := readImage(t)
	root := unpack(t, m, program)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	addr := "SCIMSTACK_ADDR=:" + port
	server, log := inside(t, m, root, append(m.command, "--tenant", "name=acme,idp=okta"), addr)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if !ended {
			_ = server.Process.Kill()
			_ = server.Wait()
		}
	}()
	for try := 0; ; try++ {
		check, said := inside(t, m, root, m.check, addr)
		if err = check.Run(); err == nil {
			break
		}
		if try == 150 {
			t.Fatalf("the check fails: %v %s\nthe server: %s", err, said, log)
		}
		time.Sleep(200 * time.Millisecond)
	}
	res, err := http.Get("http://127.0.0.1:" + port + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || string(body) != "ok\n" {
		t.Errorf("%s %s", res.Status, body)
	}
	if _, err := os.Stat(filepath.Join(root, "data", "scim.db")); err != nil {
		t.Errorf("the data is not in the volume: %v", err)
	}
	_ = server.Process.Signal(syscall.SIGTERM)
	ended = true
	if err := server.Wait(); err != nil {
		t.Errorf("%v %s", err, log)
	}
	if check, said := inside(t, m, root, m.check, addr); check.Run() == nil {
		t.Errorf("the server has ended, and the check passes: %s", said)
	}
}
