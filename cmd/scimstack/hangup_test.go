package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangUp: a terminal that is closed ends a command as Ctrl-C does, so that what runs is finished and no temporary file stays.
// Under nohup, where the signal is ignored, it does nothing.
func TestHangUp(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it has no such signal")
	}
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	// Under nohup the tests ignore the signal, and what they start would, too. What a Go program hears is not ignored by its children.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	args := []string{"dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=secret"}
	for name, script := range map[string]string{"heard": `exec "$0" "$@"`, "ignored": `trap "" HUP; exec "$0" "$@"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // it would wait for ever
			defer cancel()
			p := startCommand(t, nil, exec.CommandContext(ctx, "sh", append([]string{"-c", script, bin}, args...)...))
			defer func() { _ = p.Process.Kill() }()
			signals := []syscall.Signal{syscall.SIGHUP}
			if name == "ignored" {
				signals = []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}
			}
			for i, s := range signals {
				if i > 0 {
					time.Sleep(4 * sameInterrupt) // it would end meanwhile
					if status := p.post(t, `{"userName":"ann"}`); status != http.StatusCreated {
						t.Error(status)
					}
				}
				if err := p.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Wait(); err != nil {
				t.Error(err, p.errors)
			}
			if host := strings.Split(value(p.lines, "base URL"), "/")[2]; !closed(host) {
				t.Error("it runs on")
			}
		})
	}
}
