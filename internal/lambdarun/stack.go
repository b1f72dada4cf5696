package lambdarun

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// StackOptions say what a Stack runs. Build, Env and Slog are required.
type StackOptions struct {
	Build string       // folder of one architecture, with <function>/bootstrap in it
	Env   []string     // environment of every function: table, public base, region, …
	Log   io.Writer    // receives the output of the functions; safe for concurrent use
	Max   int          // environments of each function; 4 by default
	IAM   IAM          // who may use the administration; none by default
	Facts Facts        // where facts are sent on; nowhere by default
	Slog  *slog.Logger // log of the gateway
}

// Stack is the gateway and all functions. It is safe for concurrent use.
type Stack struct {
	Gateway   http.Handler
	functions map[string]*Function
	sender    *sender // nil: facts are not sent on
}

// The functions that no request reaches.
const (
	streamName = "stream"   // processes the table's stream
	senderName = "webhooks" // sends facts on
)

// senderTimeout is that of the function webhooks; the others have the default.
const senderTimeout = time.Minute

// NewStack returns a Stack. Processes are started by the first requests. The caller must call Close.
func NewStack(o StackOptions) (*Stack, error) {
	names := append(Names(), streamName)
	if o.Facts.any() {
		names = append(names, senderName)
	}
	for _, name := range names {
		if _, err := os.Stat(o.bootstrap(name)); err != nil {
			return nil, fmt.Errorf("function %s is not built; run make build: %w", name, err)
		}
	}
	s, env := &Stack{functions: map[string]*Function{}}, o.Env
	if o.Facts.any() {
		var err error
		if s.sender, err = newSender(o.Facts, o.Slog); err != nil {
			return nil, err
		}
		env = append(s.sender.env(), env...)
	}
	for _, name := range names {
		p := Program{Name: name, Path: o.bootstrap(name), Env: env, Max: o.Max, Log: o.Log}
		if name == senderName {
			p.Timeout = senderTimeout
		}
		s.functions[name] = NewFunction(p)
	}
	if s.sender != nil {
		s.sender.run(s.functions[senderName])
	}
	s.Gateway = &Gateway{Functions: s.functions, IAM: o.IAM, Log: o.Slog, Now: time.Now}
	return s, nil
}

func (o *StackOptions) bootstrap(function string) string {
	return filepath.Join(o.Build, function, "bootstrap")
}

// Recycle ends every idle process, as Function.Recycle does.
func (s *Stack) Recycle() {
	for _, f := range s.functions {
		f.Recycle()
	}
}

// Close ends every process. Running and later requests fail.
func (s *Stack) Close() {
	for _, f := range s.functions {
		f.Close()
	}
	if s.sender != nil {
		s.sender.close()
	}
}
