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
	Slog  *slog.Logger // log of the gateway
}

// Stack is the gateway and all functions. It is safe for concurrent use.
type Stack struct {
	Gateway   http.Handler
	functions map[string]*Function
}

// streamName is the function that processes the table's stream.
const streamName = "stream"

// NewStack returns a Stack. Processes are started by the first requests. The caller must call Close.
func NewStack(o StackOptions) (*Stack, error) {
	s := &Stack{functions: map[string]*Function{}}
	for _, name := range append(Names(), streamName) {
		path := filepath.Join(o.Build, name, "bootstrap")
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("function %s is not built; run make build: %w", name, err)
		}
		s.functions[name] = NewFunction(Program{Name: name, Path: path, Env: o.Env, Max: o.Max, Log: o.Log})
	}
	s.Gateway = &Gateway{Functions: s.functions, IAM: o.IAM, Log: o.Slog, Now: time.Now}
	return s, nil
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
}
