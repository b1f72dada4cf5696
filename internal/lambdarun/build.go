package lambdarun

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// BuildOptions say what Build makes. The zero value builds the bootstraps of all functions.
type BuildOptions struct {
	Out       string    // output folder; build/ of the source tree by default
	Functions []string  // functions to build; all by default
	Zip       bool      // also write <function>.zip, as a deployment uploads it
	Log       io.Writer // output of the compiler; discarded by default
}

// Build compiles the functions for this machine, from the source tree that contains the working
// directory. It returns the folder for StackOptions.Build. The same source gives the same bytes.
func Build(ctx context.Context, o BuildOptions) (string, error) {
	raw, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/scimstack/scimstack").Output()
	if err != nil {
		return "", fmt.Errorf("the functions are built from source: run this inside the source tree, with Go installed: %w", err)
	}
	root := strings.TrimSpace(string(raw))
	if o.Out == "" {
		o.Out = filepath.Join(root, "build")
	}
	zip := "no"
	if o.Zip {
		zip = "yes"
	}
	cmd := exec.CommandContext(ctx, filepath.Join(root, "scripts", "build-functions.sh"), Arch()) //nolint:gosec // our own script
	cmd.Env = append(os.Environ(), "OUT="+o.Out, "FUNCTIONS="+strings.Join(o.Functions, " "), "ZIP="+zip)
	cmd.Stdout, cmd.Stderr = o.Log, o.Log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building the functions: %w", err)
	}
	return filepath.Join(o.Out, Arch()), nil
}

// Arch is the architecture of this machine in Lambda's spelling.
func Arch() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}
