package apilist

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = `package p

import "io"

const Limit = 5
const hidden = 6

type Code string

const CodeOther Code = "other"

var ErrNone error

func Parse(s string, more ...int) (Code, error) { return "", nil }
func private() {}

func (c Code) Text() string { return "" }
func (c Code) private() {}

type Box[T any] struct {
	io.Reader
	Value T
	secret int
}

func (b *Box[T]) Put(v T) {}

type Store interface {
	Get(id string) (io.Reader, error)
	sealed()
}

type Number interface{ ~int | ~float64 }
type Same = Code
type Visit func(name string) bool
type secret struct{ Field int }
`

// TestDescribe: every exported declaration has a line, and nothing else has one.
func TestDescribe(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := (&types.Config{Importer: importer.Default()}).Check("example.com/m/pkg/p", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := describe("pkg/p", pkg)
	slices.Sort(got)
	want := []string{
		`pkg/p: const CodeOther Code = "other"`,
		`pkg/p: const Limit untyped int = 5`,
		`pkg/p: func Parse(s string, more ...int) (Code, error)`,
		`pkg/p: method (*Box[T]) Put(v T)`,
		`pkg/p: method (Code) Text() string`,
		`pkg/p: type Box[T any] struct`,
		`pkg/p: type Box[T any] struct, Value T`,
		`pkg/p: type Box[T any] struct, embedded io.Reader`,
		`pkg/p: type Code string`,
		`pkg/p: type Number interface{~int | ~float64}`,
		`pkg/p: type Same = Code`,
		`pkg/p: type Store interface`,
		`pkg/p: type Store interface, Get(id string) (io.Reader, error)`,
		`pkg/p: type Store interface, unexported methods`,
		`pkg/p: type Visit func(name string) bool`,
		`pkg/p: var ErrNone error`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
