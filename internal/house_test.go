// Package internal holds the tests of the house itself.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/scimstack/scimstack/"

// allowed says which packages of the module a package may import. Imports point one way:
//
//	functions, cmd → internal/app, lambdahttp, mcp → dynamo, memory, tenant, dialect → scim → scim/{schema,filter,patch}
var allowed = map[string][]string{
	"pkg/scim/schema":    {},
	"pkg/scim/filter":    {"pkg/scim/schema"},
	"pkg/scim/patch":     {"pkg/scim/schema", "pkg/scim/filter"},
	"pkg/scim":           {"pkg/scim/schema", "pkg/scim/filter", "pkg/scim/patch"},
	"pkg/scim/storetest": {"pkg/scim"},
	"pkg/memory":         {"pkg/scim"},
	"pkg/dynamo":         {"internal/async", "pkg/scim", "pkg/scim/schema", "pkg/tenant"},
	"pkg/tenant":         {"pkg/scim", "pkg/scim/schema"},
	"pkg/lambdahttp":     {"pkg/scim"},
	"pkg/dialect":        {"pkg/scim", "pkg/scim/schema"},
	"pkg/activity":       {"pkg/scim", "pkg/scim/schema"},
	"pkg/mcp":            {"pkg/scim", "pkg/scim/schema", "pkg/scim/filter", "pkg/scim/patch", "pkg/activity", "pkg/dialect"},
}

// foreign says which other modules the core may import.
var foreign = map[string][]string{
	"pkg/scim/schema": {"golang.org/x/text"}, "pkg/scim/filter": {}, "pkg/scim/patch": {}, "pkg/scim": {}, "pkg/memory": {},
}

// TestImports reads the imports of every package that is not a test.
func TestImports(t *testing.T) {
	t.Parallel()
	root := ".."
	err := filepath.WalkDir(filepath.Join(root, "pkg"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			checkImport(t, filepath.ToSlash(dir), path, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImport(t *testing.T, dir, path, name string) {
	t.Helper()
	own, ours := strings.CutPrefix(name, module)
	list, known := allowed[dir]
	if ours && known && !contains(list, own) {
		t.Errorf("%s: %s must not import %s", path, dir, own)
	}
	if ours && strings.HasPrefix(own, "cmd/") || ours && strings.HasPrefix(own, "functions/") {
		t.Errorf("%s imports a program", path)
	}
	outside, limited := foreign[dir]
	if !ours && limited && strings.Contains(strings.Split(name, "/")[0], ".") {
		for _, f := range outside {
			if strings.HasPrefix(name, f) {
				return
			}
		}
		t.Errorf("%s: %s must not import %s", path, dir, name)
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// TestPackageDocs: every package of pkg has a doc.go.
func TestPackageDocs(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../pkg", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" {
			return filepath.SkipDir
		}
		files, _ := filepath.Glob(filepath.Join(path, "*.go"))
		if len(files) == 0 {
			return nil
		}
		if _, err := os.Stat(filepath.Join(path, "doc.go")); err != nil {
			t.Errorf("%s has no doc.go", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
