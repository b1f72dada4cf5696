package main

import (
	"fmt"
	"io"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// quietFlag is the name of a flag of commands with long work.
const quietFlag = "quiet"

// addQuiet gives a command the flag --quiet, for its progress.
func addQuiet(cmd *cobra.Command) {
	cmd.Flags().BoolP(quietFlag, "q", false, "show no progress")
}

// How often progress is shown: a line that is rewritten, and lines in a file or a log of a job.
const (
	showEvery  = 100 * time.Millisecond
	printEvery = 10 * time.Second
)

// progress shows on standard error how far long work is: on a terminal one line that is rewritten, and that end removes;
// elsewhere a line every ten seconds. Use it from one goroutine.
//
//	p := progressOf(cmd)
//	defer p.end()
//	p.at("%s: %d resources read", tenant, n) // as often as you like
type progress struct {
	out   io.Writer
	line  bool // rewrite one line
	quiet bool
	now   func() time.Time
	last  time.Time
	shown bool
}

// progressOf returns the progress of a command, which shows nothing with --quiet.
func progressOf(cmd *cobra.Command) *progress {
	p := &progress{out: cmd.ErrOrStderr(), now: time.Now, last: time.Now()}
	if f := cmd.Flags().Lookup(quietFlag); f != nil {
		p.quiet = f.Value.String() == "true"
	}
	if p.line = isTerminal(p.out); p.line {
		p.last = time.Time{}
	}
	return p
}

// at says how far the work is. Most calls show nothing.
func (p *progress) at(format string, args ...any) {
	every := printEvery
	if p.line {
		every = showEvery
	}
	now := p.now()
	if p.quiet || now.Sub(p.last) < every {
		return
	}
	p.last = now
	text := fmt.Sprintf(format, args...)
	if !p.line {
		fmt.Fprintln(p.out, text)
		return
	}
	p.shown = true
	fmt.Fprint(p.out, "\r\x1b[K"+fitting(text, p.width()))
}

// width is how much a line can have without a wrap, which could not be rewritten.
func (p *progress) width() int {
	if f, ok := p.out.(interface{ Fd() uintptr }); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 1 {
			return w - 1
		}
	}
	return 79
}

// fitting cuts a text to a width.
func fitting(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	end, used := 0, 1 // of the dots
	for g := uniseg.NewGraphemes(text); g.Next() && used+g.Width() <= width; {
		used += g.Width()
		_, end = g.Positions()
	}
	return text[:end] + "…"
}

// end removes the line, so that what follows begins in the first column.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
