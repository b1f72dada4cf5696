package guide

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// Runner runs whole pages.
type Runner struct {
	Root    string // of the repository
	Shell   Shell
	Service func() (service http.Handler, token string, err error) // for the http blocks: a new one for each page
}

// Run runs, compiles and compares every block of a page that has no mark against it. All that is wrong is in the
// error, with the line of its block.
func (r *Runner) Run(ctx context.Context, blocks []Block) error {
	outputs, ports, err := r.Shell.Run(ctx, blocks)
	if err != nil {
		return err
	}
	p := &page{Runner: r, blocks: blocks, outputs: outputs, ports: ports, known: values{}}
	var failed error
	for i, b := range blocks {
		if err := p.check(ctx, i); err != nil {
			failed = errors.Join(failed, fmt.Errorf("line %d: %w", b.Line, err))
		}
	}
	return failed
}

// page is a page that runs.
type page struct {
	*Runner
	blocks  []Block
	outputs map[int]string // by the index of a block; taken when it was compared
	ports   map[string]string
	known   values
	service http.Handler
	token   string
	last    int // the last block that has an output
	answer  bool
}

func (p *page) check(ctx context.Context, i int) error {
	b := p.blocks[i]
	switch {
	case !b.Runs() || b.Mark.Shown:
		return nil
	case b.Mark.Part != "":
		return checkPart(p.Root, b)
	case b.Lang == "sh":
		p.last = i
		return nil
	case b.Lang == "go":
		p.last = i
		return p.program(ctx, i)
	case b.Lang == "http":
		return p.http(ctx, i)
	case b.Lang == "json":
		if err := checkJSON(b.Body); err != nil {
			return err
		}
		return nil
	case b.Lang == "text":
		got, ok := p.outputs[p.last]
		if !ok {
			return errors.New("no block before this one has an output")
		}
		delete(p.outputs, p.last)
		return p.known.compare(local.ReplaceAllStringFunc(b.Body, func(port string) string { return p.ports[port] }), got)
	}
	return fmt.Errorf("nothing runs %q", b.Lang)
}

// program runs a whole program. What it prints is the output of the block.
func (p *page) program(ctx context.Context, i int) error {
	file := filepath.Join(p.Shell.Dir, fmt.Sprintf("program%d.go", i))
	if err := os.WriteFile(file, []byte(p.blocks[i].Body), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", file) //nolint:gosec // a program of a page of this repository
	cmd.Dir = p.Root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if p.outputs == nil {
		p.outputs = map[int]string{}
	}
	p.outputs[i] = string(out)
	return nil
}

// http sends a request; the block after it is the answer.
func (p *page) http(ctx context.Context, i int) error {
	if p.answer {
		p.answer = false
		return nil
	}
	if i+1 >= len(p.blocks) || p.blocks[i+1].Lang != "http" {
		return errors.New("a request without an answer")
	}
	if p.service == nil {
		var err error
		if p.service, p.token, err = p.Service(); err != nil {
			return err
		}
	}
	p.answer = true
	r, err := p.known.request(ctx, p.blocks[i].Body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	return p.known.exchange(p.service, r, p.blocks[i+1].Body)
}
