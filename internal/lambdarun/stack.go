package lambdarun

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// StackOptions say what a Stack runs. Build and Env are required.
type StackOptions struct {
	Build string    // the folder of one architecture, with <function>/bootstrap in it
	Env   []string  // of every function: table, public base, region, …
	Log   io.Writer // what the functions write; safe for concurrent use
	Max   int       // environments per function
	Slog  *slog.Logger
}

// Stack is all functions and the gateway before them.
type Stack struct {
	Gateway   http.Handler
	functions map[string]*Function
}

// streamName is the function that follows the table's stream.
const streamName = "stream"

// NewStack makes a Stack. Processes start with the first requests; Close ends them.
func NewStack(o StackOptions) (*Stack, error) {
	s := &Stack{functions: map[string]*Function{}}
	for _, name := range append(Names(), streamName) {
		path := filepath.Join(o.Build, name, "bootstrap")
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("function %s is not built: %w", name, err)
		}
		s.functions[name] = NewFunction(Program{Name: name, Path: path, Env: o.Env, Max: o.Max, Log: o.Log})
	}
	s.Gateway = &Gateway{Functions: s.functions, Log: o.Slog, Now: time.Now}
	return s, nil
}

// Recycle gives up every idle process.
func (s *Stack) Recycle() {
	for _, f := range s.functions {
		f.Recycle()
	}
}

// Close ends every process.
func (s *Stack) Close() {
	for _, f := range s.functions {
		f.Close()
	}
}

// Arch is the architecture of this machine, as Lambda calls it.
func Arch() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

// Build builds the functions from the source around the working directory, for this machine,
// and gives the folder for StackOptions.Build. An empty out means build/ of the source.
func Build(ctx context.Context, out string, log io.Writer) (string, error) {
	raw, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/scimstack/scimstack").Output()
	if err != nil {
		return "", fmt.Errorf("the functions are built from source; run this inside the source tree: %w", err)
	}
	root := strings.TrimSpace(string(raw))
	if out == "" {
		out = filepath.Join(root, "build")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(root, "scripts", "build-functions.sh"), Arch()) //nolint:gosec // our own script
	cmd.Env = append(os.Environ(), "OUT="+out)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building the functions: %w", err)
	}
	return filepath.Join(out, Arch()), nil
}
