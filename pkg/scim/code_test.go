package scim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
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

// TestFaultCodes: every code of a fault has an answer, and faults are made by NewFault alone,
// which takes a code.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	codes := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if nameOf(n.Type) == "FaultCode" {
					codes++
					lit, _ := n.Values[0].(*ast.BasicLit)
					if status, _ := Code(strings.Trim(lit.Value, `"`)).Answer(); status < 400 || status > 499 {
						t.Errorf("%s: the code %s answers %d", path, lit.Value, status)
					}
				}
			case *ast.CompositeLit:
				if nameOf(n.Type) == "Fault" && path != filepath.Join("schema", "fault.go") {
					t.Errorf("%s: a fault is made without NewFault", path)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if codes == 0 {
		t.Error("no codes of faults were found")
	}
}

// nameOf is the name of a type, with or without its package.
func nameOf(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
