// Package internal holds the tests of the house itself.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/scimstack/scimstack/"

// root is the package in the root of the module, as a row of allowed and as an import.
const root = "."

// allowed says which packages of the module a package under pkg, or the one in the root, may import; every
// package has a row. Imports point one way:
//
//	functions, cmd, examples → awslambda, agents → scimstack (the root) → mcp, lambdahttp
//	  → oauth → dynamo, sqlstore, memory, overlay, tenant, dialect, activity → scim/engine, scim/httpapi → scim → scim/{schema,filter,patch}
//
// The root imports neither mcp nor dynamo, and no other module: a program that embeds the service contains
// what it uses.
var allowed = map[string][]string{
	root:                        {"pkg/activity", "pkg/dialect", "pkg/feed", "pkg/oauth", "pkg/oauth/authserver", "pkg/scim", "pkg/scim/engine", "pkg/scim/httpapi", "pkg/scim/schema", "pkg/tenant"},
	"pkg/agents":                {root, "pkg/mcp"},
	"pkg/awslambda":             {root, "internal/function"},
	"pkg/awslambda/tableagents": {root, "internal/function", "internal/session/plans", "pkg/agents", "pkg/mcp", "pkg/mcp/dynamoplans"},
	"pkg/awslambda/tableadmin":  {"internal/function", "pkg/activity/dynamolog", "pkg/admin", "pkg/admin/adminhttp", "pkg/admin/dynamoadmin", "pkg/dynamo", "pkg/feed", "pkg/feed/dynamofeed", "pkg/feed/webhook", "pkg/lambdahttp", "pkg/mcp/dynamoplans", "pkg/scim", "pkg/tenant"},
	"pkg/awslambda/tablefeed":   {"internal/async", "internal/function", "internal/wake", "pkg/activity", "pkg/dynamo", "pkg/feed", "pkg/feed/dynamofeed", "pkg/feed/eventbus", "pkg/feed/webhook", "pkg/scim", "pkg/tenant"},
	"pkg/admin/dynamoadmin":     {"pkg/admin", "pkg/dynamo", "pkg/scim"},
	"pkg/telemetry":             {"pkg/scim"},
	"pkg/scim/schema":           {"internal/poison"},
	"pkg/scim/filter":           {"pkg/scim/schema"},
	"pkg/scim/patch":            {"internal/poison", "pkg/scim/schema", "pkg/scim/filter"},
	"pkg/scim":                  {"pkg/scim/schema"},
	"pkg/scim/engine":           {"internal/async", "internal/poison", "internal/sealed", "pkg/scim", "pkg/scim/schema", "pkg/scim/filter", "pkg/scim/patch"},
	"pkg/scim/httpapi":          {"internal/async", "internal/params", "internal/poison", "pkg/scim", "pkg/scim/schema", "pkg/scim/patch"},
	"pkg/scim/model":            {"pkg/scim", "pkg/scim/schema"},
	"pkg/scim/storetest":        {"internal/async", "pkg/scim"},
	"pkg/openapi":               {"pkg/scim", "pkg/scim/patch", "pkg/scim/schema"},
	"pkg/memory":                {"internal/poison", "pkg/scim"},
	"pkg/overlay":               {"pkg/scim"},
	"pkg/dynamo":                {"internal/async", "pkg/scim", "pkg/scim/engine", "pkg/scim/schema", "pkg/tenant"},
	"pkg/sqlstore":              {"internal/async", "pkg/scim", "pkg/scim/schema", "pkg/tenant"},
	"pkg/sqlstore/sqlite":       {"pkg/sqlstore"},
	"pkg/sqlstore/postgres":     {"pkg/sqlstore"},
	"pkg/sqlstore/sqllog":       {"pkg/activity", "pkg/scim", "pkg/sqlstore"},
	"pkg/sqlstore/sqlfeed":      {"pkg/feed", "pkg/feed/webhook", "pkg/scim", "pkg/sqlstore"},
	"pkg/sqlstore/sqlplans":     {"pkg/mcp", "pkg/scim", "pkg/sqlstore"},
	"pkg/tenant":                {"internal/async", "pkg/scim", "pkg/scim/engine", "pkg/scim/schema"},
	"pkg/admin":                 {"internal/async", "pkg/activity", "pkg/dialect", "pkg/feed", "pkg/feed/webhook", "pkg/health", "pkg/scim", "pkg/scim/engine", "pkg/scim/schema", "pkg/tenant"},
	"pkg/admin/adminhttp":       {"internal/adminparams", "pkg/activity", "pkg/admin", "pkg/health", "pkg/scim", "pkg/tenant"},
	"pkg/admin/adminclient":     {"pkg/activity", "pkg/admin", "pkg/health"},
	"pkg/transfer":              {"internal/async", "pkg/feed", "pkg/feed/webhook", "pkg/scim", "pkg/scim/engine", "pkg/scim/schema", "pkg/tenant"},
	"pkg/tenant/tenanttest":     {"internal/async", "pkg/scim", "pkg/scim/schema", "pkg/tenant"},
	"pkg/feed":                  {"internal/async", "internal/fault", "internal/params", "pkg/scim", "pkg/scim/schema", "pkg/scim/httpapi"},
	"pkg/feed/roles":            {"pkg/feed", "pkg/scim"},
	"pkg/feed/secevent":         {"internal/fault", "pkg/feed", "pkg/feed/webhook", "pkg/scim", "pkg/scim/schema"},
	"pkg/feed/webhook":          {"internal/async", "internal/outbound", "pkg/feed", "pkg/scim"},
	"pkg/feed/dynamofeed":       {"internal/async", "pkg/dynamo", "pkg/feed", "pkg/feed/webhook", "pkg/scim"},
	"pkg/feed/eventbus":         {"internal/async", "pkg/feed", "pkg/scim"},
	"pkg/feed/feedtest":         {"internal/async", "pkg/feed", "pkg/feed/webhook", "pkg/scim"},
	"pkg/oauth":                 {"internal/outbound", "pkg/scim", "pkg/tenant"},
	"pkg/oauth/authserver":      {"internal/fault", "pkg/oauth", "pkg/scim", "pkg/tenant"},
	"pkg/lambdahttp":            {"internal/async", "pkg/scim", "pkg/scim/schema"},
	"pkg/dialect":               {"pkg/scim", "pkg/scim/schema", "pkg/scim/httpapi"},
	"pkg/activity":              {"internal/async", "internal/fault", "internal/params", "internal/poison", "pkg/scim", "pkg/scim/schema", "pkg/scim/httpapi"},
	"pkg/activity/dynamolog":    {"internal/async", "pkg/activity", "pkg/dynamo", "pkg/scim"},
	"pkg/health":                {"internal/async", "pkg/activity", "pkg/scim", "pkg/tenant"},
	"pkg/activity/logtest":      {"internal/async", "pkg/activity", "pkg/scim"},
	"pkg/mcp":                   {"internal/fault", "internal/sealed", "pkg/scim", "pkg/scim/schema", "pkg/scim/filter", "pkg/scim/patch", "pkg/scim/httpapi", "pkg/activity", "pkg/dialect", "pkg/overlay", "pkg/tenant"},
	"pkg/mcp/dynamoplans":       {"pkg/dynamo", "pkg/mcp", "pkg/scim"},
}

// foreign says which other modules the core may import.
var foreign = map[string][]string{
	root: {}, "pkg/telemetry": {"go.opentelemetry.io/otel"},
	"pkg/oauth": {"github.com/golang-jwt/jwt/v5"}, "pkg/oauth/authserver": {},
	"pkg/scim/schema": {"golang.org/x/text"}, "pkg/scim/filter": {}, "pkg/scim/patch": {}, "pkg/scim": {}, "pkg/memory": {},
	"pkg/scim/engine": {}, "pkg/scim/httpapi": {}, "pkg/overlay": {}, "pkg/sqlstore": {}, "pkg/feed": {},
	"pkg/admin": {}, "pkg/admin/adminclient": {},
	"pkg/scim/model": {"golang.org/x/text", "github.com/nyaruka/phonenumbers"},
}

// noHTTP are the packages that know no transport.
var noHTTP = []string{"pkg/scim", "pkg/scim/engine", "pkg/scim/schema", "pkg/scim/filter", "pkg/scim/patch", "pkg/scim/model", "pkg/memory", "pkg/overlay", "pkg/sqlstore"}

// TestImports reads the imports of every file of pkg that is not a test. A package without a row
// in allowed fails.
func TestImports(t *testing.T) {
	t.Parallel()
	const top = ".."
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != top && filepath.Dir(path) == top && d.Name() != "pkg" {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(top, filepath.Dir(path))
		dir = filepath.ToSlash(dir)
		if _, known := allowed[dir]; !known {
			t.Errorf("%s: %s has no row in allowed", path, dir)
		}
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			checkImport(t, dir, path, name)
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
	if name+"/" == module {
		own, ours = root, true
	}
	list := allowed[dir]
	if ours && !slices.Contains(list, own) {
		t.Errorf("%s: %s must not import %s", path, dir, own)
	}
	if name == "net/http" && slices.Contains(noHTTP, dir) {
		t.Errorf("%s: %s must not know HTTP", path, dir)
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

// TestFunctionsAreSmall: no Lambda function contains the typed model, whose tables of telephone numbers
// would take more than the functions may have.
func TestFunctionsAreSmall(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./functions/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		if dep == module+"pkg/scim/model" || strings.Contains(dep, "phonenumbers") {
			t.Errorf("a function imports %s", dep)
		}
	}
}

// TestProgramsAreSmall: neither a program that embeds the service nor a function of SCIM contains what
// belongs to agents, and the former nothing of AWS or of a database.
func TestProgramsAreSmall(t *testing.T) {
	t.Parallel()
	for dir, never := range map[string][]string{
		".":                 {"danielgtaylor", "aws", "lambda", "dynamo", "modelcontextprotocol", "pkg/mcp", "opentelemetry", "database/sql"},
		"./functions/users": {"danielgtaylor", "pkg/openapi", "pkg/admin", "modelcontextprotocol", "pkg/mcp", "opentelemetry", "database/sql"},
	} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", dir)
		cmd.Dir = ".."
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, part := range never {
				if strings.Contains(dep, part) {
					t.Errorf("%s contains %s", dir, dep)
				}
			}
		}
	}
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
