package internal

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Limits of the shape of functions. scripts/lint.sh limits the cyclomatic complexity.
const (
	maxParameters  = 5 // of every function in pkg/scim
	manyParameters = 6 // a function with so many is long
	maxLong        = 4 // long functions in the whole repository
)

// shape is what the tests below know about a file.
type shape struct {
	long       []place // functions with manyParameters or more
	goroutines []place // go statements and calls of a method Go, except async.Go
	errors     []place // composite literals of scim.Error
	answers    []place // calls of scim.NewError and scim.Refuse
}

type place struct {
	line int
	what string
}

// shapeOf reads the shape of a source file.
func shapeOf(name string, src any) (shape, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return shape{}, err
	}
	async := asyncName(file)
	var s shape
	at := func(n ast.Node, format string, args ...any) place {
		return place{fset.Position(n.Pos()).Line, fmt.Sprintf(format, args...)}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if p := n.Type.Params.NumFields(); p >= manyParameters {
				s.long = append(s.long, at(n, "%s has %d parameters", n.Name.Name, p))
			}
		case *ast.FuncLit:
			if p := n.Type.Params.NumFields(); p >= manyParameters {
				s.long = append(s.long, at(n, "a function literal has %d parameters", p))
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "scim" && (n.Sel.Name == "NewError" || n.Sel.Name == "Refuse") {
				s.answers = append(s.answers, at(n, "scim.%s", n.Sel.Name))
			}
		case *ast.CompositeLit:
			if isError(file, n.Type) {
				s.errors = append(s.errors, at(n, "literal of scim.Error"))
			}
		case *ast.GoStmt:
			s.goroutines = append(s.goroutines, at(n, "go statement"))
		case *ast.CallExpr:
			if x := goCall(n); x != "" && x != async {
				s.goroutines = append(s.goroutines, at(n, "call of %s.Go", x))
			}
		}
		return true
	})
	return s, nil
}

// asyncName returns the name by which a file imports internal/async, or "".
func asyncName(file *ast.File) string {
	for _, imp := range file.Imports {
		if imp.Path.Value != `"`+module+`internal/async"` {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return "async"
	}
	return ""
}

// goCall returns what Go is called on, or "" if the call is another one. It sees generic calls,
// such as async.Go[int](f), too.
func goCall(call *ast.CallExpr) string {
	fun := call.Fun
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Go" {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); ok {
		return x.Name
	}
	return "(…)"
}

// isError reports whether a type is scim.Error.
func isError(file *ast.File, x ast.Expr) bool {
	if sel, ok := x.(*ast.SelectorExpr); ok {
		pkg, ok := sel.X.(*ast.Ident)
		return ok && pkg.Name == "scim" && sel.Sel.Name == "Error"
	}
	name, ok := x.(*ast.Ident)
	return ok && file.Name.Name == "scim" && name.Name == "Error"
}

// shapes reads every Go file of the repository that is not a test, by its slash-separated path.
func shapes(t *testing.T) map[string]shape {
	t.Helper()
	out := map[string]shape{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			skip := slices.Contains([]string{"node_modules", "testdata", "bin", "build", "cdk.out"}, d.Name())
			if skip || strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)], err = shapeOf(path, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestParameters: no function in pkg/scim has more than 5 parameters, and fewer than 5 functions
// in the repository have 6 or more. A receiver does not count. Put what belongs together into a
// struct.
func TestParameters(t *testing.T) {
	t.Parallel()
	var all []string
	found := shapes(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		for _, p := range found[name].long {
			all = append(all, fmt.Sprintf("%s:%d: %s", name, p.line, p.what))
			if strings.HasPrefix(name, "pkg/scim/") {
				t.Errorf("%s:%d: %s; pkg/scim allows %d", name, p.line, p.what, maxParameters)
			}
		}
	}
	if len(all) > maxLong {
		t.Errorf("%d functions have %d or more parameters; %d are allowed:\n%s", len(all), manyParameters, maxLong, strings.Join(all, "\n"))
	}
}

// TestGoroutines: only internal/async starts goroutines, because a panic in one that it did not
// start ends the process. The packages that help tests count, files of tests do not.
func TestGoroutines(t *testing.T) {
	t.Parallel()
	found := shapes(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !product(name) || strings.HasPrefix(name, "internal/async/") {
			continue
		}
		for _, p := range found[name].goroutines {
			t.Errorf("%s:%d: %s; use internal/async", name, p.line, p.what)
		}
	}
}

// TestErrorLiterals: only scim.NewError and scim.Refuse make a scim.Error, so that status and
// scimType follow from the code and every failure is in the catalogue.
func TestErrorLiterals(t *testing.T) {
	t.Parallel()
	found := shapes(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if name == "pkg/scim/errors.go" {
			continue
		}
		for _, p := range found[name].errors {
			t.Errorf("%s:%d: %s; use scim.NewError", name, p.line, p.what)
		}
	}
}

// TestStoresMakeNoAnswers: a store returns errors of its own contract. What a client sees is made from them
// in one place, so that a rule of HTTP does not hold for one store only.
func TestStoresMakeNoAnswers(t *testing.T) {
	t.Parallel()
	stores := []string{"pkg/memory/", "pkg/dynamo/", "pkg/sqlstore/", "pkg/overlay/", "pkg/activity/dynamolog/", "pkg/mcp/dynamoplans/"}
	found := shapes(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !slices.ContainsFunc(stores, func(folder string) bool { return strings.HasPrefix(name, folder) }) {
			continue
		}
		for _, p := range found[name].answers {
			t.Errorf("%s:%d: %s; return an error of scim.Store", name, p.line, p.what)
		}
	}
}

// product reports whether a file belongs to the root package, pkg, cmd, internal or functions.
func product(name string) bool {
	top, _, nested := strings.Cut(name, "/")
	return !nested || slices.Contains([]string{"pkg", "cmd", "internal", "functions"}, top)
}

// TestShapeOf: the checks above see what they are about.
func TestShapeOf(t *testing.T) {
	t.Parallel()
	const src = `package p
import tasks "github.com/scimstack/scimstack/internal/async"
func five(a, b, c int, d string, _ error) {}
func six(a, b, c, d int, e, f string) {}
func (r R) method(int, int, int, int, int, int) {
	wg.Go(func() {})
	tasks.Go(func() error { return nil })
	tasks.Go[int](nil)
	r.group().Go(nil)
	go five(1, 2, 3, "", nil)
	r.Going()
	_ = func(a, b, c, d, e, f, g int) {}
	_, _ = &scim.Error{}, scim.Result{}
	_, _ = scim.NewError(scim.CodeBusy, ""), scim.AsError(nil)
}
`
	s, err := shapeOf("p.go", src)
	if err != nil {
		t.Fatal(err)
	}
	long := []place{{4, "six has 6 parameters"}, {5, "method has 6 parameters"}, {12, "a function literal has 7 parameters"}}
	if !slices.Equal(s.long, long) {
		t.Errorf("long: got %v, want %v", s.long, long)
	}
	goroutines := []place{{6, "call of wg.Go"}, {9, "call of (…).Go"}, {10, "go statement"}}
	if !slices.Equal(s.goroutines, goroutines) {
		t.Errorf("goroutines: got %v, want %v", s.goroutines, goroutines)
	}
	if errs := []place{{13, "literal of scim.Error"}}; !slices.Equal(s.errors, errs) {
		t.Errorf("errors: got %v, want %v", s.errors, errs)
	}
	if answers := []place{{14, "scim.NewError"}}; !slices.Equal(s.answers, answers) {
		t.Errorf("answers: got %v, want %v", s.answers, answers)
	}
	if s, err = shapeOf("p.go", "package p\nfunc f() { async.Go(nil) }\n"); err != nil || len(s.goroutines) != 1 {
		t.Errorf("an async that is not internal/async: %v, %v", s, err)
	}
	for name, want := range map[string]bool{"scimstack.go": true, "pkg/x/y.go": true, "infra/cdk/main.go": false, "bench/main.go": false} {
		if product(name) != want {
			t.Errorf("%s: product %t", name, !want)
		}
	}
}
