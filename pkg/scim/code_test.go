package scim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestCodes: NewError gets its answer from a code, so every code must have one.
func TestCodes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
					declared++
				}
			}
			return true
		})
	}
	if declared != len(Codes()) {
		t.Errorf("%d codes are declared, %d have an answer", declared, len(Codes()))
	}
	for _, c := range Codes() {
		if status, _ := c.Answer(); status < 400 || status > 599 {
			t.Errorf("%s answers %d", c, status)
		}
		if e := NewError(c, "x"); e.Status == 0 || e.Code != c {
			t.Errorf("%+v", e)
		}
	}
}

// TestFaultCodes: a fault of every scimType that the core uses has a code.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				key, _ := kv.Key.(*ast.Ident)
				lit, _ := kv.Value.(*ast.BasicLit)
				if key != nil && lit != nil && key.Name == "ScimType" {
					name := strings.Trim(lit.Value, `"`)
					if codeOf(&schema.Fault{ScimType: name}) == CodeOther {
						t.Errorf("%s: scimType %s has no code", path, name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
