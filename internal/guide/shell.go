package guide

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Shell runs the shell blocks of pages.
type Shell struct {
	Bin   string                 // folder of the programs that pages call
	Dir   string                 // an empty folder
	Port  func() (string, error) // a free port
	Env   []string               // more of the environment
	All   bool                   // standard error is a part of the output
	Fixed []string               // ports that stay as they are
}

// separator ends the output of a block.
const separator = "\x1e"

// prelude runs before the blocks: programs of the repository are built already, dev listens on a free port, and all
// jobs end with the page.
const prelude = `set -eu
program() {
  case " $* " in
  " scimstack dev "*" --addr "*) ;;
  " scimstack dev "*) shift 2; set -- scimstack dev --addr "127.0.0.1:$GUIDE_PORT" "$@" ;;
  esac
  local path=$GUIDE_BIN/$1
  shift
  if [ "$BASHPID" != "$$" ]; then exec "$path" "$@"; fi
  "$path" "$@"
}
scimstack() { program scimstack "$@"; }
go() {
  case "$1 ${2:-}" in
  "run ./"*) local name=${2##*/}; shift 2; program "$name" "$@" ;;
  "install ./"*) [ -x "$GUIDE_BIN/${2##*/}" ] ;;
  *) command go "$@" ;;
  esac
}
trap 'for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done' EXIT
trap 'exit 1' TERM INT
`

var local = regexp.MustCompile(`\b80[89][0-9]\b`)

// Ports replaces the ports of a page by free ones: the same port by the same one.
func (s *Shell) Ports(text string) (string, map[string]string, error) {
	ports := map[string]string{}
	free, failed := s.Port()
	ports["8080"] = free // of dev, and of serve
	out := local.ReplaceAllStringFunc(text, func(port string) string {
		if ports[port] == "" {
			free, err := s.Port()
			failed = errors.Join(failed, err)
			ports[port] = free
		}
		return ports[port]
	})
	return out, ports, failed
}

// Run runs the shell blocks of a page, one after the other, and returns what each printed, by the index of the
// block. Later blocks see the variables, functions and jobs of earlier ones.
func (s *Shell) Run(ctx context.Context, blocks []Block) (map[int]string, map[string]string, error) {
	if err := checkJobs(blocks); err != nil {
		return nil, nil, err
	}
	var text strings.Builder
	for i, b := range blocks {
		if b.Lang == "sh" && b.Runs() {
			fmt.Fprintf(&text, "%s\nprintf '%s%d\\n'\n", b.Body, separator, i)
		}
	}
	if text.Len() == 0 {
		return nil, nil, nil
	}
	script, ports, err := s.Ports(text.String())
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, "bash", "-c", prelude+script) //nolint:gosec // the blocks of a page of this repository
	cmd.Dir, cmd.Env = s.Dir, append(os.Environ(), "GUIDE_BIN="+s.Bin, "GUIDE_PORT="+ports["8080"], "HOME="+s.Dir, "NO_COLOR=1",
		"PATH="+s.Bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for port, free := range ports {
		if port == "8080" {
			cmd.Env = append(cmd.Env, "SCIMSTACK_ADDR=127.0.0.1:"+free)
		} else {
			cmd.Env = append(cmd.Env, "ADDR=127.0.0.1:"+free)
		}
	}
	cmd.Env = append(cmd.Env, s.Env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var out, failed bytes.Buffer
	if cmd.Stdout, cmd.Stderr = &out, &failed; s.All {
		cmd.Stderr = &out
	}
	if err := cmd.Run(); err != nil {
		return nil, ports, fmt.Errorf("%w:\n%s\n%s", err, out.String(), failed.String())
	}
	return byBlock(out.String()), ports, nil
}

func byBlock(out string) map[int]string {
	outputs := map[int]string{}
	parts := strings.Split(out, separator)
	for i := 1; i < len(parts); i++ {
		number, rest, _ := strings.Cut(parts[i], "\n")
		if n, err := strconv.Atoi(number); err == nil {
			outputs[n] = parts[i-1]
		}
		parts[i] = rest
	}
	return outputs
}
