package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// unread is a server whose standard error is a pipe that no one reads.
type unread struct {
	*exec.Cmd
	url string // of the users of acme
	log *os.File
}

func startUnread(t *testing.T, args ...string) unread {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	u := unread{Cmd: exec.CommandContext(t.Context(), bin, args...), log: r}
	u.Stderr = w
	out, err := u.StdoutPipe()
	if err == nil {
		err = u.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	for scan := bufio.NewScanner(out); scan.Scan(); {
		if base, ok := strings.CutPrefix(scan.Text(), "base URL  "); ok && u.url == "" {
			u.url = base + "/Users?count=1"
		}
		if strings.HasPrefix(scan.Text(), "ready") {
			_ = out.Close() // what it prints has no reader either
			return u
		}
	}
	t.Fatal("the server does not start")
	return u
}

func (u unread) get(t *testing.T) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	res, err := (&http.Client{Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// TestLogWithoutReader: a server serves on if the reader of its log has ended, and if it stands: more requests than a
// pipe has room for. An interrupt ends it then as always.
func TestLogWithoutReader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		end      bool
		requests int
	}{{"ended", true, 10}, {"stands", false, 1000}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := startUnread(t, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=secret,rate=100000")
			defer func() { _ = u.Process.Kill() }()
			if c.end {
				_ = u.log.Close()
			}
			for n := range c.requests {
				if status := u.get(t); status != http.StatusOK {
					t.Fatal(n, status)
				}
				if c.end {
					time.Sleep(20 * time.Millisecond) // lines are written after 100 ms
				}
			}
			if err := u.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := u.Wait(); err != nil {
				t.Error("the end:", err)
			}
		})
	}
}

// TestInterruptTwiceAtOnce: a signal that comes twice, as from timeout, which sends it to the process and to its group, is one
// interrupt: a request that runs is answered.
func TestInterruptTwiceAtOnce(t *testing.T) {
	t.Parallel()
	p := startBinary(t, "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=secret")
	defer func() { _ = p.Process.Kill() }()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, `{"userName":`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, value(p.lines, "base URL")+"/Users", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	req.Header.Set("Content-Type", "application/scim+json")
	host := req.URL.Host
	sent := async.Go(func() error {
		time.Sleep(time.Second)
		_ = p.Process.Signal(os.Interrupt)
		time.Sleep(5 * time.Millisecond)
		_ = p.Process.Signal(os.Interrupt)
		closed(host)
		time.Sleep(4 * sameInterrupt)
		fmt.Fprint(w, `"ada"}`)
		return w.Close()
	})
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	<-sent
	if res.StatusCode != http.StatusCreated {
		t.Error(res.Status)
	}
	if err := p.Wait(); err != nil {
		t.Error(err, p.errors)
	}
}
