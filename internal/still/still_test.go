package still_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/scimstack/scimstack/internal/still"
)

const envChild = "SCIMSTACK_STILL"

// TestChild is the process of TestSteady: its first trial fails, and the process is stopped in it, or is not.
func TestChild(t *testing.T) {
	kind := os.Getenv(envChild)
	if kind == "" {
		t.Skip("only in TestSteady")
	}
	trials := 0
	still.Steady(t, func() error {
		if trials++; trials > 1 {
			return nil
		}
		if kind == "stopped" {
			wake := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf("sleep 2; kill -CONT %d", os.Getpid()))
			if err := wake.Start(); err != nil {
				return err
			}
			if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
				return err
			}
			_ = wake.Wait()
		}
		return errors.New("late")
	})
}

// TestSteady: a trial that fails while the process is stopped is repeated; one that fails without that is not.
func TestSteady(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for kind, passes := range map[string]bool{"stopped": true, "running": false} {
		cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestChild$", "-test.v")
		cmd.Env = append(os.Environ(), envChild+"="+kind)
		if out, err := cmd.CombinedOutput(); (err == nil) != passes {
			t.Errorf("%s: %v\n%s", kind, err, out)
		}
	}
}
