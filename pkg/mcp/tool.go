package mcp

import (
	"context"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// outcome is the structured content of every tool: a result, an error, or both if a part was done.
type outcome[T any] struct {
	Result *T       `json:"result,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

// access is what a tool does to the directory; its annotations follow from it.
type access int

const (
	reads  access = iota
	plans         // stores a plan, changes no resource
	writes        // changes or deletes resources
)

// tool is the definition of a tool without its types.
type tool struct {
	name, title, about string
	access             access
	// refine narrows the input schema of the type, e.g. to an enumeration.
	refine func(*jsonschema.Schema)
}

// toolset is all tools, with schemas that are made once.
type toolset []offered

// offered is one tool. add adds it to the server of a caller.
type offered struct {
	name string
	add  func(*sdk.Server)
}

// has reports whether there is a tool of the name.
func (ts toolset) has(name string) bool {
	return slices.ContainsFunc(ts, func(t offered) bool { return t.name == name })
}

// define adds a tool. run returns a result, an error, or both.
func define[In, Out any](ts *toolset, t tool, run func(context.Context, *call, In) (*Out, error)) {
	in := schemaFor[In]()
	if t.refine != nil {
		t.refine(in)
	}
	out := schemaFor[outcome[Out]]()
	no := false
	destructive := t.access == writes
	spec := &sdk.Tool{
		Name: t.name, Title: t.title, Description: t.about, InputSchema: in, OutputSchema: out,
		Annotations: &sdk.ToolAnnotations{
			Title: t.title, ReadOnlyHint: t.access == reads, IdempotentHint: t.access == reads,
			DestructiveHint: &destructive, OpenWorldHint: &no,
		},
	}
	handler := func(ctx context.Context, req *sdk.CallToolRequest, in In) (*sdk.CallToolResult, outcome[Out], error) { //nolint:unparam // the SDK's type of a handler
		c := callIn(ctx)
		c.req = req
		result, err := run(ctx, c, in)
		if ask, ok := err.(*confirmation); ok { //nolint:errorlint // never wrapped
			return ask.result(), outcome[Out]{}, nil
		}
		if err != nil {
			c.fail(ctx, err)
			return &sdk.CallToolResult{IsError: true}, outcome[Out]{Result: result, Error: c.failure}, nil
		}
		return nil, outcome[Out]{Result: result}, nil
	}
	*ts = append(*ts, offered{t.name, func(s *sdk.Server) { sdk.AddTool(s, spec, handler) }})
}

// schemaFor is the JSON schema of a type of this package.
func schemaFor[T any]() *jsonschema.Schema {
	s, err := jsonschema.For[T](nil)
	if err != nil {
		panic(err) // a defect of a type in this package, found by any test
	}
	return s
}

// oneOf restricts a string to the given values.
func oneOf(s *jsonschema.Schema, values ...string) {
	s.Enum = make([]any, len(values))
	for i, v := range values {
		s.Enum[i] = v
	}
}

// between bounds an integer.
func between(s *jsonschema.Schema, low, high int) {
	from, to := float64(low), float64(high)
	s.Minimum, s.Maximum = &from, &to
}

// longest bounds every string of a schema's properties.
func longest(s *jsonschema.Schema, n int) {
	for _, p := range s.Properties {
		if p.Type == "string" && p.MaxLength == nil {
			p.MaxLength = &n
		}
	}
}

func newToolset() toolset {
	var ts toolset
	defineIdentity(&ts)
	defineDirectory(&ts)
	defineSchema(&ts)
	defineLint(&ts)
	defineActivity(&ts)
	defineHealth(&ts)
	definePlan(&ts)
	defineApply(&ts)
	return ts
}
