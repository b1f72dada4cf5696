package dynamo

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestKindsOfItems: every kind of key that the package makes with pk is in the list of what a deletion
// finds, and no other. A new kind needs a row, and a way to find its items.
func TestKindsOfItems(t *testing.T) {
	t.Parallel()
	used := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "pk" {
				if kind := leftmost(call.Args[1]); kind != "" {
					used[kind] = name
				}
			}
			return true
		})
	}
	kinds := kindsOfItems()
	for kind, file := range used {
		if kinds[kind] == "" {
			t.Errorf("%s makes keys T#<tenant>#%s, which kindsOfItems does not name: a deletion would leave them", file, kind)
		}
	}
	for kind := range kinds {
		if used[kind] == "" {
			t.Errorf("kindsOfItems names %s, which no key has", kind)
		}
	}
}

// leftmost returns the kind at the beginning of a concatenation, or "" if it is no literal.
func leftmost(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return leftmost(e.X)
	case *ast.CallExpr: // fmt.Sprintf
		if len(e.Args) > 0 {
			return leftmost(e.Args[0])
		}
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		kind, _, _ := strings.Cut(text, "#")
		if err == nil {
			return kind
		}
	}
	return ""
}
