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
